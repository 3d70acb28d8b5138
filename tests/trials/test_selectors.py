"""Selectors: each form means the studies that it should; what means nothing, or two things, is refused with a word."""

from pathlib import Path

import pytest

import theorylab
from theorylab.errors import InputError
from theorylab.trials import papers, selectors
from theorylab.trials.papers import papers as all_papers
from theorylab.trials.selectors import load, matching, one, papers_matching, select
from theorylab.trials.study import Listing, discover

ROOT = Path(theorylab.__file__).parents[1]
EMA = "regression.ema_linear_regression"
NAMES = [listing.name for listing in discover()]


def named(*words):
    return [listing.name for listing in select(words)]


def below(prefix):
    return [name for name in NAMES if name.startswith(f"{prefix}.")]


@pytest.mark.parametrize(
    "word",
    [
        "one_hot",
        f"{EMA}.one_hot",
        f"studies.{EMA}.one_hot",
        f"theorylab.studies.{EMA}.one_hot",
        "ema_linear_regression.one_hot",
        "regression.one_hot",
    ],
)
def test_a_study_by_its_name_or_the_end_of_it(word):
    assert named(word) == [f"{EMA}.one_hot"]
    assert one(word).name == f"{EMA}.one_hot"
    assert load(word).__name__ == f"theorylab.studies.{EMA}.one_hot"


@pytest.mark.parametrize(
    "word",
    [
        EMA, "ema_linear_regression", "li2025ema", "arxiv:2502.14123", "arXiv:2502.14123v1", f"{EMA}.*",
        f"{ROOT}/studies/regression/ema_linear_regression",
        f"{ROOT}/studies/regression/ema_linear_regression/",
    ],
)  # fmt: skip
def test_a_paper_by_folder_key_arxiv_id_glob_and_path(word):
    assert named(word) == below(EMA)


@pytest.mark.parametrize("word", ["regression", "regression.*", f"{ROOT}/studies/regression"])
def test_a_family_by_name_glob_and_path(word):
    assert named(word) == below("regression")


def test_paths_count_from_the_working_folder(monkeypatch):
    monkeypatch.chdir(ROOT / "studies" / "sde")
    assert named("sde_sam/") == named("./sde_sam") == below("sde.sde_sam")
    assert named("sde_sam/sam_two_cycle.py") == ["sde.sde_sam.sam_two_cycle"]


def test_every_study_and_paper_can_be_selected_by_each_of_its_words():
    lab = selectors._Lab()
    for listing in lab.listings:
        for word in (listing.name, listing.name.split(".")[-1], str(listing.path)):
            assert lab.meaning(word) == [listing]
    for paper in lab.papers:
        words = [paper.name, paper.name.split(".")[-1], paper.key, str(paper.folder)]
        words += [f"arxiv:{paper.arxiv}"] if paper.arxiv else []
        assert all(lab.meaning(word) == list(paper.studies) for word in words)


def test_several_words_give_each_study_once_in_their_order():
    assert named("one_hot", "sde_sam", EMA) == [f"{EMA}.one_hot", *below("sde.sde_sam")] + [
        name for name in below(EMA) if not name.endswith("one_hot")
    ]
    assert named() == []


@pytest.mark.parametrize(
    ("word", "nearest"),
    [
        ("one_hott", f"{EMA}.one_hot"),
        ("regression.ema_varience", f"{EMA}.ema_variance"),
        ("regresion", "regression"),
        ("sde_samm", "sde.sde_sam"),
        ("li2025emaa", "li2025ema"),
        ("arxiv:2502.14124", "arxiv:2502.14123"),
    ],
)
def test_an_unknown_word_is_refused_with_the_nearest(word, nearest):
    with pytest.raises(InputError, match=rf"no study is called '{word}'; did you mean '{nearest}'\?"):
        select([word])


@pytest.mark.parametrize("word", ["zzzzzz", "zz*", "arxiv:1"])
def test_a_word_far_from_all_is_refused_with_the_forms(word):
    with pytest.raises(InputError, match=r"no study is called .*; give a study, family, paper's folder, arxiv:ID"):
        select([word])


def test_a_path_without_a_study_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"there is no file or folder zz/zz.py"):
        select(["zz/zz.py"])
    with pytest.raises(InputError, match=rf"no study is in {tmp_path}: a study is a file that defines checks"):
        select([str(tmp_path)])


def test_own_studies_are_meant_by_file_folder_and_module(tmp_path, monkeypatch):
    package = tmp_path / "mine"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "claim.py").write_text('"""Own."""\n\ndef checks(s, measured, predicted):\n    return []\n')
    monkeypatch.chdir(tmp_path)
    for word in ("./mine/claim.py", "mine/", "mine", "mine.claim", str(package)):
        assert [(x.name, x.own) for x in select([word])] == [("mine.claim", True)]


def test_one_study_is_not_several():
    names = below("sde.sde_sam")
    with pytest.raises(InputError, match=rf"'sde_sam' means {len(names)} studies: name one of {names[0]}, "):
        one("sde_sam")


def test_an_ambiguous_word_is_refused_with_its_meanings(monkeypatch):
    names = ("edge.a.sharpness", "sde.b.sharpness", "sharpness.c.other")
    made = [Listing(name, ROOT / f"{name}.py", f"lab.{name}") for name in names]
    monkeypatch.setattr(selectors, "discover", lambda: made)
    monkeypatch.setattr(selectors, "papers", lambda listings: [])
    message = (
        r"'sharpness' is ambiguous \(study edge.a.sharpness: .*; study sde.b.sharpness: .*; family: sharpness.c.other\)"
    )
    with pytest.raises(InputError, match=message):
        select(["sharpness"])
    assert select(["a.sharpness", "other"]) == [made[0], made[2]]


def test_words_narrow_a_list_by_name_claim_paper_and_selector():
    assert [x.name for x in matching(())] == NAMES
    assert {x.name for x in matching(["EXPONENTIAL", "moving"])} >= set(below(EMA)), "the paper's title"
    kappa = {x.name for x in matching(["regression.*", "kappa"])}
    assert "regression.accelerated_sgd_linear_regression.asgd_strong_convexity" in kappa, "a word of the claim"
    assert kappa <= {x.name for x in select(["regression.*"])}, "a selector"
    assert kappa < {x.name for x in matching(["kappa"])}
    assert [x.name for x in matching(["li2025ema", "Gu", "one_hot"])] == [f"{EMA}.one_hot"]
    with pytest.raises(InputError, match=r"no study fits 'regression one_hott'; did you mean 'regression.*one_hot'"):
        matching(["regression", "one_hott"])
    with pytest.raises(InputError, match=r"no study fits 'one_hot sde'; `theorylab list` shows all"):
        matching(["one_hot", "sde"])


def test_papers_are_found_by_their_studies_and_by_their_pages():
    assert [x.name for x in papers_matching(["one_hot"])] == [EMA]
    assert [x.name for x in papers_matching(["near-optimal"])] == ["minimax.variance_reduced_halpern"]
    assert papers_matching(["zzzzzz"]) == []
    assert len(papers_matching(())) == len(all_papers())


def test_a_file_is_read_once_however_many_words_are_given(monkeypatch):
    from theorylab.trials import citations

    read = []
    citations._head.cache_clear()
    parse = citations._before_code
    monkeypatch.setattr(citations, "_before_code", lambda text: read.append(1) or parse(text))
    select([name.split(".")[-1] for name in NAMES])
    [listing.title for listing in discover()]
    papers.findings()
    assert len(read) == len(NAMES) + len(all_papers())
