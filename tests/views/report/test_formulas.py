"""Formulas are printed from the functions that studies call, if numbers bear them out; else they are named alone."""

import math
from pathlib import Path

import sympy

import theorylab
from theorylab.models.edge import theory as edge
from theorylab.views.report.formulas import described, expression, mathml, of_study
from theorylab.views.report.words import letter

STUDIES = Path(theorylab.__file__).parents[1] / "studies"


def test_a_closed_form_is_printed_from_the_function_itself():
    found = described(edge.balanced_peak)
    load = sympy.Symbol("step_size", positive=True)
    assert sympy.simplify(sympy.sympify(found.text, {"step_size": load}) - 4 * (1 + load) ** 3 / (27 * load)) == 0
    assert "<mfrac>" in found.mathml
    assert found.letters == ((letter("step_size"), "step_size"),)
    assert f"<mi>&#{ord(letter('step_size'))};</mi>" in found.mathml


def branching(x):
    """A function that symbols lead to one branch of."""
    return x**2 if isinstance(x, sympy.Expr) else x**3


def test_what_numbers_do_not_bear_out_is_not_printed():
    assert expression(branching) is None
    assert expression(lambda x, *more: x) is None
    assert expression(lambda x: math.floor(x)) is None
    assert expression(lambda x: 0.5 * x) == sympy.Symbol("x", positive=True) / 2


def test_letters_and_words_of_a_formula():
    size, other = sympy.symbols("step_size burn_in", positive=True)
    assert mathml(size * other).count("<mi>") == 2
    assert "<mi>burn in</mi>" in mathml(size * other)


def test_a_study_shows_the_theory_that_its_text_names(tmp_path):
    path = next(STUDIES.glob("edge/*/equal_weights.py"))
    names = [formula.name for formula in of_study(path)]
    assert names
    assert all(name.startswith("edge.") for name in names)
    assert not any(name.endswith("rounding") for name in names)
    (tmp_path / "broken.py").write_text("def (")
    assert of_study(tmp_path / "broken.py") == []
