"""The statements of a file: what each binds, uses and imports, and which are always reached."""

from theorylab.numerics.parts import statements
from theorylab.numerics.sources import combined

TEXT = b'''"""A file."""
import numpy as np
from . import helper
LIMIT = 3
def area(x):
    return helper.square(x) * LIMIT
print("at import")
if __name__ == "__main__":
    area(2)
'''


def test_every_statement_says_what_it_binds_uses_and_imports():
    found = {next(iter(one.binds), "(always)"): one for one in statements(TEXT, "pack.shapes", False)}
    assert set(found) == {"np", "helper", "LIMIT", "area", "(always)"}  # neither docstring nor main block
    assert {"helper", "LIMIT"} <= found["area"].uses
    assert "pack.helper" in found["helper"].imports
    assert "numpy" in found["np"].imports
    assert found["(always)"].always
    assert not found["area"].always


def test_a_statement_has_another_digest_when_its_text_changes():
    digests = [
        {next(iter(one.binds), ""): one.digest for one in statements(text, "pack.shapes", False)}
        for text in (TEXT, TEXT.replace(b"* LIMIT", b"+ LIMIT"))
    ]
    assert {name for name in digests[0] if digests[0][name] != digests[1][name]} == {"area"}


def test_hashes_are_combined_by_name_in_any_order():
    assert combined({"a": "1", "b": "2"}) == combined({"b": "2", "a": "1"}) != combined({"a": "2", "b": "1"})
