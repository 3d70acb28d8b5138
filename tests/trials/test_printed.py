"""Tables as papers print them are read as they stand: digits, errors in brackets, lines of what is no number."""

import pytest

from theorylab.errors import InputError
from theorylab.trials import printed
from theorylab.trials.printed import Printed


@pytest.mark.parametrize(
    ("cell", "digits", "stderr"),
    [
        ("1.20e-3", "1.20e-3", None),
        (" 12 ", "12", None),
        ("-.5", "-.5", None),
        ("−3.0", "-3.0", None),
        ("1.5D-4", "1.5e-4", None),
        ("1.20(5)", "1.20", 0.05),
        ("1.20(5)e-3", "1.20e-3", 5e-5),
        ("120(15)", "120", 15.0),
        ("1.20 ± 0.05", "1.20", 0.05),
        ("1.20 +- 0.05", "1.20", 0.05),
        ("$1.2 \\pm 0.1$", "1.2", 0.1),
        ("$1.2 \\times 10^{-3}$", "1.2e-3", None),
        ("1.2 × 10^-3", "1.2e-3", None),
        ("$10^{4}$", "1e4", None),
        ("1,000,000", "1000000", None),
        ("**3.1**", "3.1", None),
    ],
)
def test_a_number_keeps_its_digits_and_its_error(cell, digits, stderr):
    assert printed.printed(cell) == Printed(digits, pytest.approx(stderr) if stderr else None)


@pytest.mark.parametrize("cell", ["", "abc", "n/a", "12 000", "1.2.3", "1,5", "e5", "1.2 ± x", "nan", "-"])
def test_what_is_no_number_is_none(cell):
    assert printed.printed(cell) is None


ROWS = (("10", "1.20"), ("20", "0.61"), ("40", "0.30"))


@pytest.mark.parametrize(
    ("text", "names", "lines"),
    [
        ("10,1.20\n20,0.61\n40,0.30", (), (1, 2, 3)),
        ("N, risk\n10, 1.20\n20, 0.61\n40, 0.30\n", ("N", "risk"), (2, 3, 4)),
        ("N\trisk\n10\t1.20\n20\t0.61\n\n40\t0.30", ("N", "risk"), (2, 3, 5)),
        ("# table 3\n10 1.20\n  20   0.61\n% more\n40 0.30", (), (2, 3, 5)),
        ("N;risk\n10;1.20\n20;0.61\n40;0.30", ("N", "risk"), (2, 3, 4)),
        ("$N$ & risk \\\\\n\\hline\n10 & 1.20 \\\\\n20 & 0.61 \\\\ % x\n40 & 0.30\\\\", ("$N$", "risk"), (3, 4, 5)),
        (
            "\\begin{table}[t]\\centering\n\\begin{tabular}{@{}lr@{}}\n\\toprule $N$ & risk \\\\ \\midrule\n"
            "\\hline 10 & 1.20 \\\\[2pt] 20 & 0.61 \\\\ \\cmidrule(lr){1-2}\n40 & 0.30 \\\\\n"
            "\\end{tabular}\n\\caption{Risk}",
            ("$N$", "risk"),
            (4, 4, 5),
        ),
        ("| N | risk |\n|---|:---:|\n| 10 | 1.20 |\n| 20 | 0.61 |\n| 40 | 0.30 |", ("N", "risk"), (3, 4, 5)),
        ("\ufeffN 0.1\n10 1.20\n20 0.61\n40 0.30", ("N", "0.1"), (2, 3, 4)),
    ],
)
def test_the_same_table_is_read_in_every_dress(text, names, lines):
    table = printed.read(text, "t.csv")
    assert (table.names, table.rows, table.lines) == (names, ROWS, lines)
    assert [cell.digits for cell in table.column("2")] == ["1.20", "0.61", "0.30"]
    if names:
        assert table.column(names[1]) == table.column("2")


def test_thousands_do_not_split_a_row_of_white_space():
    assert printed.read("10,000  1.2\n20,000  0.6", "t").rows == (("10,000", "1.2"), ("20,000", "0.6"))


def test_errors_are_kept_together_in_white_space():
    assert printed.read("N risk sd\n10 1.2 ± 0.1 3\n20 0.6 ± 0.1 3", "t").column("risk")[1] == Printed("0.6", 0.1)


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", "1", "t.csv holds no table: give rows of numbers"),
        ("# only a comment", "1", "t.csv holds no table"),
        ("N risk", "1", "t.csv holds names of columns, and no row of numbers"),
        ("N,risk\n10,1.2\n20,abc\n40,0.3", "risk", "t.csv, line 3: 'abc' in column 'risk' is no number"),
        ("10,n/a\n20,1.2\n40,0.3", "2", "t.csv, line 1: 'n/a' in column '2' is no number"),
        ("10,1.2\n20\n40,0.3", "2", "t.csv, line 2: there is no column '2', only 1 cells"),
        (
            "N,risk\n10,1.2\n20,0.6",
            "rsk",
            "t.csv has no column 'rsk': give a number from 1 to 2, or a name ('N', 'risk')",
        ),
        ("N,risk\n10,1.2\n20,0.6", "3", "t.csv has no column '3'"),
        ("N,risk\n10,1.2\n20,0,6\n40,0.3", "2", "t.csv, line 3: 3 cells for 2 columns: give a cell for each"),
        ("N,r,r\n10,1.2,1\n20,0.6,1", "r", "t.csv has several columns 'r'"),
    ],
)
def test_a_bad_table_costs_one_sentence_with_its_line(text, column, message):
    with pytest.raises(InputError) as caught:
        printed.read(text, "t.csv").column(column)
    assert message in str(caught.value)


def test_a_rate_as_it_is_typed():
    assert printed.power("-1") == (-1.0, 0.0)
    assert printed.power("-0.5,1") == (-0.5, 1.0)
    with pytest.raises(InputError, match="'fast' is no rate: give an exponent such as -1"):
        printed.power("fast")
