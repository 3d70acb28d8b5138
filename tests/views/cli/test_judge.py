"""`theorylab judge`: the rate of a printed table, its verdict, and a line for what is no table."""

import io
import sys

import pytest

TABLE = "N,err\n10,1.20e-2\n20,3.1e-3\n40,7.7e-4\n80,1.9e-4\n160,4.8e-5\n"


@pytest.fixture
def table(tmp_path):
    (tmp_path / "t.csv").write_text(TABLE)
    return tmp_path / "t.csv"


def test_a_rate_is_read_from_five_printed_rows(command, table):
    status, out, err = command("judge", "t.csv")
    assert (status, err) == (0, "")
    assert "5 rows, x = column '1', y = column '2', of 'N', 'err'" in out
    assert "exponent -2" in out


def test_a_claim_is_judged_against_its_rival(command, table, strict_json, tmp_path):
    status, out, _ = command("judge", "t.csv", "--claim", "-2", "--rival", "-1", "--json", "deep/v.json")
    assert status == 0
    assert "supported: as x^-2, against as x^-1" in out
    report = strict_json(tmp_path / "deep" / "v.json")
    assert report["rows"] == 5
    assert report["check"]["verdict"] == "supported"
    low, high = report["interval"]
    assert low < report["exponent"] < high
    assert low < -2 < high
    status, out, _ = command("judge", "t.csv", "--claim", "-1", "--rival", "-2")
    assert status == 1
    assert "refuted: as x^-1" in out


def test_columns_are_named_or_numbered_and_errors_are_read(command, tmp_path, strict_json):
    rows = [(10, 1.0, 0.1), (20, 0.5, 0.05), (40, 0.25, 0.02), (80, 0.125, 0.01), (160, 0.0625, 0.006)]
    text = "run N loss sd\n" + "".join(f"a {n} {y} {e}\n" for n, y, e in rows)
    (tmp_path / "t.txt").write_text(text)
    widths = {}
    for name, errors in (("none", []), ("column", ["--stderr", "sd"]), ("number", ["--stderr", "4"])):
        common = ["--x", "N", "--y", "3", "--rounding", "none", "--json", f"{name}.json"]
        assert command("judge", "t.txt", *common, *errors)[0] == 0
        low, high = strict_json(tmp_path / f"{name}.json")["interval"]
        widths[name] = high - low
    assert widths["column"] == widths["number"] > widths["none"]


def test_errors_printed_with_the_values_are_those_of_a_column(command, tmp_path, strict_json):
    (tmp_path / "with.csv").write_text("10;1.20(5)e-1\n20;0.061(3)\n40;0.0300 ± 0.0015\n80;0.0151(8)\n")
    (tmp_path / "beside.csv").write_text("10 1.20e-1 5e-3\n20 .061 .003\n40 0.0300 0.0015\n80 0.0151 8e-4\n")
    claim = ["--claim", "-1", "--rival", "-0.5", "--json"]
    assert command("judge", "with.csv", *claim, "with.json")[0] == 0
    assert command("judge", "beside.csv", "--stderr", "3", *claim, "beside.json")[0] == 0
    found = [strict_json(tmp_path / f"{name}.json") for name in ("with", "beside")]
    assert found[0]["check"] == found[1]["check"]


def test_coarser_digits_make_a_wider_interval(command, table, tmp_path, strict_json):
    for rounding in ("1e-6", "1e-5"):
        assert command("judge", "t.csv", "--rounding", rounding, "--json", f"{rounding}.json")[0] == 0
    ends = [strict_json(tmp_path / f"{rounding}.json")["interval"] for rounding in ("1e-6", "1e-5")]
    assert ends[1][1] - ends[1][0] > ends[0][1] - ends[0][0]


def test_a_table_is_read_from_standard_input(command, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(TABLE))
    status, out, _ = command("judge", "-", "--claim", "-2", "--rival", "-1")
    assert status == 0
    assert "5 rows" in out


@pytest.mark.parametrize(
    ("change", "arguments", "words"),
    [
        (("7.7", "abc"), (), ["t.csv, line 4: 'abce-4' in column '2' is no number"]),
        (("20,", "10,"), (), ["t.csv, line 3: x = 10 stands on line 2 already"]),
        (("3.1e-3", "-3.1e-3"), (), ["t.csv, line 3: y = -3.1e-3, and a rate needs values > 0"]),
        (("40,7.7e-4\n80,1.9e-4\n", ""), (), ["3 points", "at least 4"]),
        (("", ""), ("--y", "risk"), ["t.csv has no column 'risk'", "a name ('N', 'err')"]),
        (("", ""), ("--claim", "-1"), ["needs a rival"]),
        (("", ""), ("--rival", "-1"), ["rival without a claim"]),
        (("", ""), ("--claim", "fast", "--rival", "-1"), ["'fast' is no rate"]),
        (("", ""), ("--claim", "-1", "--rival", "-1"), ["rival"]),
        (("", ""), ("--rounding", "coarse"), ["t.csv has no column 'coarse'"]),
        (("", ""), ("--rounding", "-1"), ["negative"]),
        (("", ""), ("--json", "."), ["is a folder: give a file"]),
    ],
)
def test_a_mistake_costs_one_line(command, refused, table, change, arguments, words):
    if change[0]:
        table.write_text(TABLE.replace(*change))
    refused(command("judge", "t.csv", *arguments), *words)


def test_a_file_that_is_no_text_costs_one_line(command, refused, tmp_path):
    refused(command("judge", "nowhere.csv"), "nowhere.csv cannot be read (No such file or directory)")
    (tmp_path / "t.bin").write_bytes(b"\xff\xfe\x00")
    refused(command("judge", "t.bin"), "t.bin cannot be read (it is no text)")
