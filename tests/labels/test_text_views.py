"""Ways to see texts: similarities with known answers, naive Bayes without an artist against refitting."""

import numpy as np

from audiorec.labels.text_views import fit_presence, letter_likeness, pair_likeness, stems

SAD = [["tears", "falling", "down"], ["crying", "all", "night"]]
GLAD = [["dancing", "in", "the", "sun"], ["sunny", "day", "dancing"]]
TEXTS = [SAD, [["falling", "tears", "crying"]], GLAD, [["the", "sun", "dances"], ["sunny", "days"]]] * 3


def test_stems_join_forms_of_a_word() -> None:
    assert stems([["Dancing", "dances", "danced"]]) == ["danc", "danc", "danc"]


def test_texts_of_one_kind_are_more_alike() -> None:
    for likeness in (pair_likeness, letter_likeness):
        own, cross = likeness(TEXTS, [[["tears", "of", "crying"]]])
        assert own.shape == (12, 12)
        assert cross.shape == (1, 12)
        assert own[0, 1] > own[0, 2]
        assert cross[0, 1] > cross[0, 2]


def test_a_known_text_given_again_has_the_same_likeness() -> None:
    for likeness in (pair_likeness, letter_likeness):
        own, cross = likeness(TEXTS, TEXTS[:2])
        np.testing.assert_allclose(cross, own[:2], atol=1e-9)


def test_presence_without_an_artist_is_a_model_of_the_others() -> None:
    index, artists = np.array([0, 0, 1, 1] * 3), np.arange(12) // 2
    model = fit_presence(TEXTS, index, artists)
    assert (model.left_out.argmax(axis=1) == index).all()
    rest = artists != 2
    # Every word is in other artists' texts too, so the vocabulary stays the same.
    slow = fit_presence([text for text, kept in zip(TEXTS, rest, strict=True) if kept], index[rest], artists[rest])
    np.testing.assert_allclose(model.left_out[~rest], slow.scores([TEXTS[4], TEXTS[5]]), atol=1e-9)
