"""The clinic is read from the papers' pages, and a page that names what is not there is told."""

import pytest

from theorylab.errors import InputError
from theorylab.trials import clinic
from theorylab.trials.study import Listing

PAGE = '"""A paper.\n\nOn trial:\n- claim\n"""\n\nHEAD = "claim"\n\nCLINIC = {}\n'


def folder(tmp_path, words):
    (tmp_path / "__init__.py").write_text(PAGE.format(words))
    (tmp_path / "claim.py").write_text('"""The sentence on trial."""\n')
    return [Listing("family.paper.claim", tmp_path / "claim.py", "studies.family.paper.claim")]


def test_cases_are_sorted_and_have_the_claims_of_their_studies():
    found = clinic.cases()
    order = [(case.optimiser.lower(), case.topic, case.listing.name) for case in found]
    assert order == sorted(order)
    worst = next(case for case in found if case.listing.name.endswith("adam_worst_point"))
    assert (worst.optimiser, worst.topic) == ("Adam", "regret")
    assert worst.claim.startswith("Adam returns to the worst point")
    assert worst.verdicts()["supported"] > 0


def test_a_page_says_what_its_study_is_about(tmp_path):
    (case,) = clinic.cases(folder(tmp_path, '{"claim": ("Lion", "scale")}'))
    assert (case.optimiser, case.topic, case.claim) == ("Lion", "scale", "The sentence on trial.")
    assert not case.verdicts()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ('{"other": ("Lion", "scale")}', "CLINIC of family.paper names 'other': its studies are claim"),
        ('{"claim": "Lion"}', r"give \(optimiser, property\)"),
        ('{"claim": ("Lion", 3)}', r"give \(optimiser, property\)"),
        ("[]", "CLINIC is no dict"),
    ],
)
def test_a_page_that_is_wrong_is_told(tmp_path, words, message):
    with pytest.raises(InputError, match=message):
        clinic.cases(folder(tmp_path, words))
