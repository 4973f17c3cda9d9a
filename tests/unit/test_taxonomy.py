"""The packaged taxonomy holds the agreed ids and facts, and damaged ones are refused."""

import os
import re
import subprocess
import sys

import msgspec
import pytest

from wildvision.errors import TaxonomyError
from wildvision.taxonomy import Kind, Listing, load_taxonomy, parse_taxonomy, translated

PRODUCTS = (
    "ivory",
    "elephant_tusk",
    "rhino_horn",
    "pangolin_scales",
    "pangolin",
    "big_cat_skin",
    "big_cat_teeth_claws",
    "tortoiseshell",
    "red_coral",
    "dried_seahorse",
    "hornbill_casque",
    "shark_fin",
    "saiga_horn",
)
LOOKALIKES = (
    "bone",
    "antler",
    "bovine_horn",
    "wood_carving",
    "ceramic",
    "resin",
    "shell",
    "fossil",
    "herbal_medicine",
    "animal_print_textile",
    "live_animal",
    "statue",
    "beads",
    "taxidermy",
)

# The Appendices in which any of the category's taxa are, as agreed in the design.
APPENDICES = {
    "ivory": {"I", "II"},
    "elephant_tusk": {"I", "II"},
    "rhino_horn": {"I", "II"},
    "pangolin_scales": {"I"},
    "pangolin": {"I"},
    "big_cat_skin": {"I"},
    "big_cat_teeth_claws": {"I", "II"},
    "tortoiseshell": {"I"},
    "red_coral": {"III"},
    "dried_seahorse": {"II"},
    "hornbill_casque": {"I"},
    "shark_fin": {"I", "II"},
    "saiga_horn": {"II"},
}

VALID = """
schema = 1
cites_checked = "an edition"

[[categories]]
id = "ivory"
kind = "product"
name = "Worked ivory"
summary = "Carved tusk."
taxa = ["Elephas maximus"]
cites = [{ taxon = "Elephas maximus", appendix = "I", note = "All populations." }]
lookalikes = ["bone"]
identification = ["Lines."]
confirmation = ["DNA."]
sources = ["A book."]

[[categories]]
id = "bone"
kind = "lookalike"
name = "Bone"
summary = "Carved bone."
taxa = []
cites = []
lookalikes = ["ivory"]
identification = ["Pits."]
confirmation = []
sources = []
"""


def listings(category_id: str, taxon: str) -> tuple[Listing, ...]:
    return tuple(x for x in load_taxonomy().get(category_id).cites if x.taxon == taxon)


# ------------------------------------------------------------------------ the packaged data


def test_all_ids_of_the_design_are_there_in_order() -> None:
    assert tuple(c.id for c in load_taxonomy().categories) == PRODUCTS + LOOKALIKES


def test_products_and_lookalikes_are_told_apart_by_kind() -> None:
    taxonomy = load_taxonomy()
    assert tuple(c.id for c in taxonomy.products) == PRODUCTS
    assert tuple(c.id for c in taxonomy.lookalikes) == LOOKALIKES
    assert {c.kind for c in taxonomy.products} == {Kind.PRODUCT}
    assert {c.kind for c in taxonomy.lookalikes} == {Kind.LOOKALIKE}


def test_facts_name_the_edition_they_follow_and_what_is_not_verified() -> None:
    checked = load_taxonomy().cites_checked
    assert "CoP20" in checked
    assert "5 March 2026" in checked
    assert "not verified" in checked


@pytest.mark.parametrize("category_id", PRODUCTS)
def test_product_is_in_the_agreed_appendices(category_id: str) -> None:
    found = {listing.appendix for listing in load_taxonomy().get(category_id).cites}
    assert found == APPENDICES[category_id]


@pytest.mark.parametrize(
    ("category_id", "taxon", "appendices"),
    [
        ("ivory", "Loxodonta africana", ["I", "II"]),
        ("ivory", "Loxodonta cyclotis", ["I"]),
        ("ivory", "Elephas maximus", ["I"]),
        ("rhino_horn", "Rhinocerotidae", ["I"]),
        ("rhino_horn", "Diceros bicornis", ["I"]),
        ("rhino_horn", "Ceratotherium simum simum", ["II"]),
        ("pangolin", "Manis spp.", ["I"]),
        ("big_cat_skin", "Panthera tigris", ["I"]),
        ("big_cat_teeth_claws", "Panthera leo", ["I", "II"]),
        ("tortoiseshell", "Eretmochelys imbricata", ["I"]),
        ("dried_seahorse", "Hippocampus spp.", ["II"]),
        ("hornbill_casque", "Rhinoplax vigil", ["I"]),
        ("shark_fin", "Carcharhinus longimanus", ["I"]),
        ("shark_fin", "Rhincodon typus", ["I"]),
        ("shark_fin", "Sphyrnidae", ["II"]),
        ("saiga_horn", "Saiga tatarica", ["II"]),
        ("saiga_horn", "Saiga borealis", ["II"]),
    ],
)
def test_taxon_is_in_the_right_appendix(category_id: str, taxon: str, appendices: list[str]) -> None:
    assert [listing.appendix for listing in listings(category_id, taxon)] == appendices


@pytest.mark.parametrize("category_id", ["ivory", "elephant_tusk"])
@pytest.mark.parametrize("country", ["Botswana", "Namibia", "South Africa", "Zimbabwe"])
def test_split_elephant_listing_names_the_four_countries_twice(category_id: str, country: str) -> None:
    in_one, in_two = listings(category_id, "Loxodonta africana")
    assert in_one.note.startswith("All populations except")
    assert country in in_one.note
    assert country in in_two.note


@pytest.mark.parametrize("country", ["Eswatini", "Namibia", "South Africa"])
def test_split_rhino_listing_names_its_populations(country: str) -> None:
    (listing,) = listings("rhino_horn", "Ceratotherium simum simum")
    assert country in listing.note


def test_red_coral_lists_the_four_species_of_china_and_no_more() -> None:
    category = load_taxonomy().get("red_coral")
    assert {x.taxon.removeprefix("Corallium ") for x in category.cites} == {
        "elatius",
        "japonicum",
        "konjoi",
        "secundum",
    }
    assert all(x.note.startswith("China") for x in category.cites)


def test_saiga_quota_is_zero_with_one_exception() -> None:
    (tatarica,) = listings("saiga_horn", "Saiga tatarica")
    (borealis,) = listings("saiga_horn", "Saiga borealis")
    assert "Zero export quota for wild specimens" in tatarica.note
    assert "Kazakhstan" in tatarica.note
    assert "Zero export quota for wild specimens" in borealis.note
    assert "Kazakhstan" not in borealis.note


def test_confusion_is_mutual() -> None:
    pairs = {(c.id, other) for c in load_taxonomy().categories for other in c.lookalikes}
    assert pairs == {(b, a) for a, b in pairs}


def test_lookalikes_resolve_and_none_is_named_twice() -> None:
    taxonomy = load_taxonomy()
    for category in taxonomy.categories:
        assert len(set(category.lookalikes)) == len(category.lookalikes)
        assert all(taxonomy.get(other).id == other for other in category.lookalikes)


def test_every_product_has_a_lookalike_to_be_weighed_against() -> None:
    taxonomy = load_taxonomy()
    for category in taxonomy.products:
        kinds = {taxonomy.get(other).kind for other in category.lookalikes}
        assert Kind.LOOKALIKE in kinds, category.id


def test_every_lookalike_passes_for_products_only() -> None:
    taxonomy = load_taxonomy()
    for category in taxonomy.lookalikes:
        assert category.lookalikes, category.id
        assert set(category.lookalikes) <= set(PRODUCTS), category.id


@pytest.mark.parametrize("category_id", PRODUCTS + LOOKALIKES)
def test_text_keeps_the_editorial_limits(category_id: str) -> None:
    category = load_taxonomy().get(category_id)
    assert 3 <= len(category.identification) <= 6
    assert len(category.confirmation) <= 3
    assert len(category.name) <= 40
    assert category.summary.endswith(".")
    assert all(sentence.endswith(".") for sentence in category.identification)


@pytest.mark.parametrize("category_id", PRODUCTS)
def test_product_has_taxa_sources_and_a_test_that_would_prove_it(category_id: str) -> None:
    category = load_taxonomy().get(category_id)
    assert category.taxa
    assert any("DNA" in text for text in category.confirmation)
    assert any("CITES" in text for text in category.sources)


# ----------------------------------------------------------------------------------- lookup


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [("rhino-horn", "rhino_horn"), ("Ivory", "ivory"), ("seahorse", "dried_seahorse")],
)
def test_unknown_id_names_the_nearest_and_lists_all(wrong: str, nearest: str) -> None:
    with pytest.raises(TaxonomyError, match=f"did you mean '{nearest}'") as caught:
        load_taxonomy().get(wrong)
    assert caught.value.category == wrong
    assert all(category_id in str(caught.value) for category_id in PRODUCTS + LOOKALIKES)


def test_unknown_id_unlike_any_other_gets_no_suggestion() -> None:
    with pytest.raises(TaxonomyError, match="must be one of") as caught:
        load_taxonomy().get("zzzz")
    assert "did you mean" not in str(caught.value)


# ---------------------------------------------------------------------------------- loading


def test_taxonomy_is_read_once_and_cannot_be_changed() -> None:
    taxonomy = load_taxonomy()
    assert load_taxonomy() is taxonomy
    with pytest.raises(AttributeError):
        taxonomy.categories[0].name = "other"  # pyright: ignore[reportAttributeAccessIssue]


IMPORT_UNDER_AUDIT = """
import os, sys
opened = []
def record(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, os.PathLike)):
        opened.append(os.fspath(arguments[0]))
sys.addaudithook(record)

import wildvision.taxonomy as module
package = os.path.dirname(module.__file__)

def data_files():
    return [os.path.basename(path) for path in opened
            if path.startswith(package) and not path.endswith((".py", ".pyc"))]

print("import:", *data_files())
module.load_taxonomy()
print("first:", *data_files())
module.load_taxonomy()
print("second:", *data_files())
"""


def test_importing_opens_no_data_file_and_loading_opens_one_once() -> None:
    run = subprocess.run(
        [sys.executable, "-B", "-c", IMPORT_UNDER_AUDIT],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    # The last two lines prove that the hook would have seen a file opened by the import.
    assert run.stdout.split("\n")[:3] == [
        "import:",
        "first: taxonomy.toml",
        "second: taxonomy.toml",
    ]


# ---------------------------------------------------------------------------- broken variants


def test_small_valid_text_is_accepted() -> None:
    taxonomy = parse_taxonomy(VALID)
    assert [c.id for c in taxonomy.categories] == ["ivory", "bone"]
    assert taxonomy.get("ivory").cites[0].appendix == "I"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("schema = 1", "schema = 2", "schema 1"),
        ("schema = 1", "schema = ", "syntax error"),
        ('id = "bone"', 'id = "ivory"', "'ivory' occurs twice"),
        ('id = "bone"', 'id = "Bone"', "id"),
        ('lookalikes = ["bone"]', 'lookalikes = ["bones"]', "did you mean 'bone'"),
        ('lookalikes = ["bone"]', 'lookalikes = ["ivory"]', "names itself"),
        ('kind = "product"', 'kind = "lookalike"\ncolour = "white"', "colour"),
        ('kind = "product"', 'kind = "souvenir"', "souvenir"),
        ('name = "Bone"\n', "", "name"),
        ('name = "Bone"', 'name = ""', "name"),
        ('appendix = "I"', 'appendix = "IV"', "IV"),
        ('note = "All populations."', 'since = "1975"', "since"),
        ('taxa = ["Elephas maximus"]', 'taxa = "Elephas maximus"', "taxa"),
        ('cites_checked = "an edition"', "", "cites_checked"),
        ('cites_checked = "an edition"', 'cites_checked = "x"\nextra = 1', "extra"),
    ],
)
def test_broken_text_is_refused(old: str, new: str, message: str) -> None:
    assert old in VALID
    with pytest.raises(TaxonomyError, match=message):
        parse_taxonomy(VALID.replace(old, new, 1))


def test_product_after_a_lookalike_is_refused() -> None:
    head, ivory, bone = VALID.split("[[categories]]")
    ivory = ivory.replace('"product"', '"lookalike"')
    bone = bone.replace('"lookalike"', '"product"')
    with pytest.raises(TaxonomyError, match="product 'bone' follows look-alike 'ivory'"):
        parse_taxonomy("[[categories]]".join((head, ivory, bone)))


def test_cause_of_a_refusal_is_kept() -> None:
    with pytest.raises(TaxonomyError) as caught:
        parse_taxonomy(VALID.replace("schema = 1", 'schema = "1"'))
    assert isinstance(caught.value.__cause__, msgspec.ValidationError)


def test_the_chinese_taxonomy_says_as_much_of_every_category() -> None:
    for category in load_taxonomy().categories:
        found = translated(category, "zh-Hans")
        assert re.search(r"[\u4e00-\u9fff]", found.name), category.id
        for english, chinese in (
            (category.identification, found.identification),
            (category.confirmation, found.confirmation),
        ):
            assert len(chinese) == len(english), category.id
        texts = (found.summary, *found.identification, *found.confirmation)
        assert all(re.search(r"[\u4e00-\u9fff]", text) for text in texts), category.id
        assert (found.id, found.cites, found.lookalikes) == (category.id, category.cites, category.lookalikes)


def test_numbers_are_the_same_in_both_languages() -> None:
    for category in load_taxonomy().categories:
        found = translated(category, "zh-Hans")
        for english, chinese in zip(category.identification, found.identification, strict=True):
            assert set(re.findall(r"\d+", chinese)) == set(re.findall(r"\d+", english)), (
                category.id,
                chinese,
            )


def test_a_category_without_a_translation_stays_as_it_is() -> None:
    own = msgspec.structs.replace(load_taxonomy().get("ivory"), id="turtle_oil")
    assert translated(own, "zh-Hans") is own
    assert translated(own, "en") is own


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(TaxonomyError, match="found 'fr'"):
        translated(load_taxonomy().get("ivory"), "fr")
