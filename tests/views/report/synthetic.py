"""Studies, papers and records of runs made up for the gallery: as many as wanted, and some that mean harm."""

import json
from pathlib import Path

from theorylab.trials import stored
from theorylab.trials.study import at_path

FIGURE = """<?xml version="1.0" encoding="utf-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="300pt" height="200pt" viewBox="0 0 300 200">
<style>.t{font-size:9px;text-anchor:middle}.l{font-size:7.5px;text-anchor:start}.h{font-size:9px;text-anchor:start}
</style><path d="M50 20L50 160L280 160" fill="none" stroke="black"/><path d="M50 150L270 40" stroke="#08306b"/>
<text class="t" x="100" y="172">10²</text><text class="t" x="165" y="186">iterations</text>
<text class="t" x="15" y="90" transform="rotate(-90 15 90)">excess risk</text>
<text class="h" x="50" y="14">bias (d = 5)</text><text class="l" x="200" y="40">measured</text>
<text class="l" x="200" y="52">&lt;b&gt; bound</text></svg>
"""
HARM = '<script>window.harmed = 1</script><img src=x onerror="window.harmed = 1">'


def check(claim="risk falls as 1/N", verdict="supported", rival="as 1/sqrt(N)", **more):
    """A check of a record, as JSON values."""
    opposite = "refuted" if verdict == "supported" else "supported"
    return {
        "claim": claim, "kind": "decays_as", "source": "derived", "covers": "error 0: these 20 values",
        "verdict": verdict, "declared": verdict, "measured": -1.002, "interval": [-1.01, -0.99],
        "allowed": [-1.25, -0.75], "error_probability": 0.001, "evaluated": 20,
        "rival": {"claim": rival, "verdict": opposite, "declared": opposite}, "note": "", "noisy": True,
        "last_x": 5000.0, "separates_at": 100.0, "form_miss": 0.01,
        "score": {"killed": ["sign"], "survived": ["off by one step"], "minimum_detectable_effect": 0.0069,
                  "unit": "relative to the prediction", "power": 0.95},
        "raw_p_values": {"claim": 1.0, "rival": 1e-9},
    } | more  # fmt: skip


def write_record(runs, name, checks, setting=None, figure=FIGURE):
    """A record and a figure of a run in a folder of runs."""
    paths = stored.files(runs, name)
    paths["json"].parent.mkdir(parents=True, exist_ok=True)
    setting = {"horizon": 50_000, "decays": [0.9, 0.99], "seed": 3} if setting is None else setting
    record = {
        "schema": 4, "study": name, "setting": setting, "seed": setting.get("seed"),
        "source": "somebody2024, Theorem 1",
        "versions": {"python": "3.11.7", "theorylab": "0.1.0"}, "checks": checks, "curves": "0" * 64,
    }  # fmt: skip
    paths["json"].write_text(json.dumps(record), encoding="utf-8")
    if figure:
        paths["svg"].write_text(figure, encoding="utf-8")
    return paths


def write_study(folder, name, title, finding="", kind="read"):
    """A study's file, which nobody runs, below a folder."""
    path = Path(folder, *name.split(".")).with_suffix(".py")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'''"""{title}

The loads lie in [0, 2] and w_i^2 <= eta. `code <here>` stays.
"""
from dataclasses import dataclass
from theorylab import Finding, Source
from theorylab.models.edge import theory

SOURCE = Source("Theorem 1", figure="Figure 2", kind="{kind}")
{finding}

@dataclass(frozen=True, kw_only=True)
class Setting:
    horizon: int
    decays: tuple[float, ...]  # of the average
    seed: int

def checks(s, measured, predicted):
    yield theory.balanced_map(0.5, 0.5)
''',
        encoding="utf-8",
    )
    return path


def write_paper(folder, name, head, says="The risk falls.", title="A Paper"):
    """A paper's page and entry below a folder."""
    place = Path(folder, *name.split("."))
    (place / "__init__.py").write_text(
        f'"""{title}\n\nThe paper says, in our words:\n1. (read) {says}\n2. (recalled) Nothing else.\n\nOn trial:\n'
        f'- {head} [C1]: claims 1 and 2, here.\n\nNot on trial, because:\n- Networks: out of reach.\n"""\n\n'
        f'HEAD = "{head}"\n',
        encoding="utf-8",
    )
    (place / "paper.bib").write_text(
        f"@misc{{{place.name}2024,\n  title = {{{title}}},\n  author = {{Body, Some and Else, Any}},\n"
        "  year = {2024},\n  eprint = {2401.00001}\n}\n",
        encoding="utf-8",
    )


FINDING = """FINDING = Finding(kind="{kind}", sentence={sentence!r}, case="d = 1", check="risk",
                  settings=("horizon=5",))"""


def gallery(folder, families=2, papers=2, studies=3):
    """Listings of made-up studies with records, and the folder of their runs; every fourth one is a finding."""
    runs, place = Path(folder, "runs"), Path(folder, "mine")
    kinds, sources = ("false as stated", "needs a condition", "usual reading is wrong"), ("read", "recalled", "derived")
    count = 0
    for f in range(families):
        for p in range(papers):
            for k in range(studies):
                name, finding = f"family{f}.paper{f}{p}.claim_{f}{p}{k}", ""
                if count % 4 == 3:
                    sentence = f"The claim number {count} holds only in dimension one."
                    finding = FINDING.format(kind=kinds[count % 3], sentence=sentence)
                title = f"Study number {count}: the risk of method {k} falls as one over N on problems of kind {f}."
                write_study(place, name, title, finding, sources[count % 3])
                checks = [check(f"risk {count} falls as 1/N", "refuted" if finding else "supported"), check()]
                write_record(runs, name, checks)
                count += 1
            write_paper(place, f"family{f}.paper{f}{p}", f"claim_{f}{p}0", title=f"Paper number {f}{p} on averaging")
    return at_path(place), runs


def harmful(folder):
    """Listings of one study of which every word that a page shows means harm, and the folder of its runs."""
    runs, place = Path(folder, "runs"), Path(folder, "mine")
    finding = FINDING.format(kind="false as stated", sentence=f"{HARM} risk")
    write_study(place, "bad.evil.claim", f"{HARM} is on trial.", finding)
    figure = FIGURE.replace("excess risk", "a&quot; onload=&quot;window.harmed = 1")
    bad = check(f"{HARM} risk", rival=HARM, note=HARM, covers=HARM, source=HARM, kind=HARM)
    bad["score"] |= {"survived": [HARM], "unit": HARM}
    write_record(runs, "bad.evil.claim", [bad], {HARM: HARM, "horizon": 1, "seed": 2}, figure)
    write_paper(place, "bad.evil", "claim", says=HARM, title=HARM)
    return at_path(place), runs
