"""What can be recognised: wildlife products, their look-alikes, and the law on each.

The text and the CITES facts are data, in ``taxonomy.toml`` beside this module; the code only
reads and checks them. Importing this module touches no file: the first `load_taxonomy` does.
"""

import difflib
import functools
import importlib.resources
import tomllib
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from wildvision.errors import TaxonomyError

__all__ = [
    "Category",
    "Kind",
    "Listing",
    "Taxonomy",
    "extend_taxonomy",
    "load_taxonomy",
    "parse_taxonomy",
    "translated",
]

_PACKAGE = "wildvision"
_FILE = "taxonomy.toml"

_Text = Annotated[str, msgspec.Meta(min_length=1)]
_Id = Annotated[str, msgspec.Meta(pattern="^[a-z]+(_[a-z]+)*$")]


class Kind(StrEnum):
    """Whether a category is a product to be found or a thing mistaken for one."""

    PRODUCT = "product"
    LOOKALIKE = "lookalike"


class Listing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of the CITES Appendices.

    Attributes:
        taxon: Latin name. A taxon whose populations are split has one listing for each part.
        appendix: The Appendix it is in.
        note: Which populations, which annotation, since when.
    """

    taxon: _Text
    appendix: Literal["I", "II", "III"]
    note: _Text


class Category(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing a photo can show.

    Attributes:
        id: Stable identifier; results, manifests and evidence records refer to it.
        kind: Product or look-alike.
        name: Short name to display.
        summary: What it is and in which forms it is traded.
        taxa: Latin names; empty for a look-alike without a fixed taxon.
        cites: What the CITES Appendices say; empty when nothing is listed.
        lookalikes: Ids of the categories it is confused with, of either kind.
        identification: How to tell it from those in a photo or with a hand lens.
        confirmation: The tests that would prove the material, which no photograph does.
        sources: Where the facts come from.
        speaks_against_products: Whether a photo that shows it is less likely to show the products it is
            confused with. A statue can be of ivory, a mounted animal can bear tusks.
    """

    id: _Id
    kind: Kind
    name: _Text
    summary: _Text
    taxa: tuple[_Text, ...]
    cites: tuple[Listing, ...]
    lookalikes: tuple[_Id, ...]
    identification: tuple[_Text, ...]
    confirmation: tuple[_Text, ...]
    sources: tuple[_Text, ...]
    speaks_against_products: bool = True


class Taxonomy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All categories, products first; one that exists is consistent.

    Attributes:
        schema: Version of the file format.
        cites_checked: The edition of the CITES Appendices the listings follow, and its limits.
        categories: Every category, in the order that models and reports use.

    Raises:
        TaxonomyError: An id occurs twice, a look-alike is missing or is the category itself, or
            a product follows a look-alike.
    """

    schema: Literal[1]
    cites_checked: _Text
    categories: tuple[Category, ...]

    def __post_init__(self) -> None:
        """Refuse a taxonomy that contradicts itself."""
        _check_ids_are_unique(self.categories)
        _check_products_come_first(self.categories)
        _check_lookalikes_exist(self.categories)

    @property
    def products(self) -> tuple[Category, ...]:
        """The wildlife products, in order."""
        return tuple(c for c in self.categories if c.kind is Kind.PRODUCT)

    @property
    def lookalikes(self) -> tuple[Category, ...]:
        """The things mistaken for products, in order."""
        return tuple(c for c in self.categories if c.kind is Kind.LOOKALIKE)

    def get(self, category_id: str) -> Category:
        """Return the category with this id.

        Args:
            category_id: An id exactly as in the taxonomy, such as ``"rhino_horn"``.

        Raises:
            TaxonomyError: There is no such id; the message names the closest one and lists all.

        >>> load_taxonomy().get("rhino_horn").name
        'Rhino horn'
        """
        for category in self.categories:
            if category.id == category_id:
                return category
        ids = [category.id for category in self.categories]
        raise TaxonomyError(_describe_unknown(category_id, ids), category=category_id)


@functools.cache
def load_taxonomy() -> Taxonomy:
    """Return the taxonomy shipped in the package, read on the first call only.

    Raises:
        TaxonomyError: The packaged file is missing or damaged.

    >>> load_taxonomy().products[0].id
    'ivory'
    """
    return parse_taxonomy(_read_packaged_text())


def parse_taxonomy(text: str) -> Taxonomy:
    """Read a taxonomy from TOML text and check it.

    Args:
        text: The content of a taxonomy file, schema 1.

    Raises:
        TaxonomyError: The text is not TOML, a key is unknown, missing or of the wrong type, or
            the categories contradict each other.
    """
    try:
        return msgspec.convert(tomllib.loads(text), Taxonomy)
    except tomllib.TOMLDecodeError as error:
        raise TaxonomyError(f"expected a taxonomy in TOML, found a syntax error: {error}") from error
    except msgspec.ValidationError as error:
        raise TaxonomyError(
            f"expected a taxonomy of schema 1, found: {error}; correct the file at that place"
        ) from error


@functools.lru_cache(maxsize=16)
def extend_taxonomy(taxonomy: Taxonomy, new: tuple[Category, ...]) -> Taxonomy:
    """Add categories after those of their kind.

    Raises:
        TaxonomyError: An id is there already, or a look-alike is not.
    """
    if not new:
        return taxonomy
    everything = sorted((*taxonomy.categories, *new), key=lambda category: category.kind is Kind.LOOKALIKE)
    return msgspec.structs.replace(taxonomy, categories=tuple(everything))


class Translation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a category says in another language; see `Category` for the fields."""

    name: _Text
    summary: _Text
    identification: tuple[_Text, ...]
    confirmation: tuple[_Text, ...]


def translated(category: Category, language: str) -> Category:
    """Return a category in another language; one that has no translation, such as a user's own, as it is.

    Args:
        category: Of any taxonomy.
        language: BCP 47 tag: ``"en"``, or ``"zh-Hans"`` for Simplified Chinese.

    Raises:
        TaxonomyError: There is no such language.

    >>> translated(load_taxonomy().get("ivory"), "zh-Hans").name
    '象牙制品'
    """
    found = _translations(language).get(category.id)
    return msgspec.structs.replace(category, **msgspec.structs.asdict(found)) if found else category


@functools.cache
def _translations(language: str) -> dict[str, Translation]:
    if language == "en":
        return {}
    if language != "zh-Hans":
        raise TaxonomyError(f"expected a language of the taxonomy, en or zh-Hans, found {language!r}")
    text = _read_packaged_text(f"taxonomy.{language}.toml")
    return msgspec.convert(tomllib.loads(text), dict[str, Translation])


def _read_packaged_text(name: str = _FILE) -> str:
    try:
        return importlib.resources.files(_PACKAGE).joinpath(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TaxonomyError(
            f"expected {name} as UTF-8 text in the package, found: {error}; reinstall wildvision"
        ) from error


def _check_ids_are_unique(categories: Iterable[Category]) -> None:
    seen: set[str] = set()
    for category in categories:
        if category.id in seen:
            raise TaxonomyError(f"category id {category.id!r} occurs twice; ids must be unique, rename one")
        seen.add(category.id)


def _check_products_come_first(categories: Iterable[Category]) -> None:
    first_lookalike: str | None = None
    for category in categories:
        if category.kind is Kind.LOOKALIKE:
            first_lookalike = first_lookalike or category.id
        elif first_lookalike is not None:
            raise TaxonomyError(
                f"product {category.id!r} follows look-alike {first_lookalike!r}; "
                "move all products before the first look-alike"
            )


def _check_lookalikes_exist(categories: tuple[Category, ...]) -> None:
    ids = [category.id for category in categories]
    for category in categories:
        for other in category.lookalikes:
            if other == category.id:
                raise TaxonomyError(
                    f"category {other!r} names itself as a look-alike; remove it from the list"
                )
            if other not in ids:
                raise TaxonomyError(f"look-alike of {category.id!r}: {_describe_unknown(other, ids)}")


def _describe_unknown(category_id: str, ids: list[str]) -> str:
    # A low cutoff, for a far-fetched suggestion costs the reader nothing and the list follows.
    closest = difflib.get_close_matches(category_id, ids, n=1, cutoff=0.4)
    hint = f"did you mean {closest[0]!r}? " if closest else ""
    return f"no category with id {category_id!r}; {hint}It must be one of: {', '.join(ids)}"
