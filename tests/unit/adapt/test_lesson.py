from __future__ import annotations

import numpy as np

from wildvision.adapt.background import packed_features
from wildvision.adapt.head import HeadSettings
from wildvision.adapt.lesson import LEAST_FEATURES, RENDERED_SHOWN, held, settings_to_teach


def test_a_photo_is_known_by_its_features_where_there_are_enough() -> None:
    rng = np.random.default_rng(0)
    features = rng.gamma(0.5, 1, (300, 512)).astype(np.float32)
    behind = packed_features(features)
    assert np.flatnonzero(held(features[40:43], behind)).tolist() == [40, 41, 42]
    assert not held(rng.gamma(0.5, 1, (5, 512)).astype(np.float32), behind).any()
    few = features[:, : LEAST_FEATURES - 1]
    assert not held(few[:3], few).any()


def test_teaching_has_the_penalty_of_the_release_and_asks_everyday_photos_how_owners_differ() -> None:
    released = HeadSettings(inverse_penalty=0.125, owner_penalty=0.05, source_cap=25)
    settings = settings_to_teach(released, stands_for=9000, photos=3000)
    assert settings == HeadSettings(
        inverse_penalty=0.375,
        owner_penalty=0.05,
        source_cap=25,
        everyday_owners=True,
        rendered_shown=RENDERED_SHOWN,
    )
    assert settings_to_teach(released, stands_for=9000, photos=20_000).inverse_penalty == 0.125
