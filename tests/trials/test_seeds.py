"""The list of seeds: each run once, own seeds never, lines that cannot be read passed over."""

from theorylab.trials import seeds


def run(seed, study="a.b", sources="0"):
    return seeds.line(study, sources, {"dim": 3, "seed": seed}, True)


def test_other_seeds_of_the_same_run_are_remembered_once(tmp_path):
    for seed in (7, 8, 8, 1, 2):
        seeds.remember(tmp_path, run(seed), own=[1, 2])
    seeds.remember(tmp_path, run(9, study="a.c"), own=[1])
    seeds.remember(tmp_path, run(9, sources="1"), own=[1])
    assert [one["seed"] for one in seeds.others(tmp_path, run(1))] == [7, 8]
    assert [one["seed"] for one in seeds.others(tmp_path, run(8))] == [7]


def test_a_run_without_a_seed_is_not_remembered(tmp_path):
    seeds.remember(tmp_path, seeds.line("a.b", "0", {"dim": 3}, True), own=[None])
    assert not (tmp_path / seeds.SEEDS).exists()


def test_a_line_that_cannot_be_read_costs_itself_alone(tmp_path):
    seeds.remember(tmp_path, run(7), own=[])
    with (tmp_path / seeds.SEEDS).open("a") as file:
        file.write("{torn")
    assert [one["seed"] for one in seeds.others(tmp_path, run(1))] == [7]
