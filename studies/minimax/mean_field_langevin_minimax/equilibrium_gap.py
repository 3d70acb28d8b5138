"""The Nikaido-Isoda error is at least lambda times the divergences from the equilibrium; on means, 1 + (c/k)^2 of it.

On a grid both best responses are log-sums, and the error is computed over all laws: max over nu' of L(mu, nu') minus
min over mu' of L(mu', nu). On the Gaussian game it is (k + c^2/k)(E x^2 + E y^2 of the means)/2 for normal laws of the
reference's variance, a factor 1 + (c/k)^2 above the divergences. On a bounded payoff, sin(x + 0.7) sin(y), the
equilibrium is found by anchored best responses, and satisfies Gibbs' equations to rounding.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, above, agrees, below, exact, plots, script
from theorylab.models.minimax import mean_field
from theorylab.models.minimax.theory import mean_field as theory
from theorylab.numerics.streams import generator

SOURCE = Source("error of a pair of laws (recalled); closed form derived here", kind="recalled")
SPREAD, TEMPERATURE = 1.2, 0.9
PULL = TEMPERATURE / SPREAD**2


@dataclass(frozen=True, kw_only=True)
class Setting:
    couplings: tuple[float, ...] = (0.1, 0.3, 0.6, 1.0)
    first: float = 0.5
    second: float = -0.8
    laws: int
    size: int = 401
    seed: int


QUICK = Setting(laws=60, seed=1)
FULL = Setting(laws=2000, size=801, seed=2)


def gap_of_means(s, c):
    """Error of two normal laws in the bilinear game."""
    game = mean_field.gaussian_grid(lambda x, y: c * x * y, SPREAD, TEMPERATURE, s.size)
    return mean_field.nikaido_isoda(game, *(mean_field.normal_law(game, mean, SPREAD) for mean in (s.first, s.second)))


def bounded(s):
    """A game with a bounded payoff, and its equilibrium."""
    game = mean_field.gaussian_grid(lambda x, y: np.sin(x + 0.7) * np.sin(y), SPREAD, 0.3, s.size)
    return game, mean_field.equilibrium(game, 0.1, 400)


def tilted_pairs(s, game, centre):
    """Errors and lambda times the divergences, of tilts of the equilibrium by random smooth functions."""
    draws, found = generator(s.seed, 4), []
    for _ in range(s.laws):
        laws = []
        for law in centre:
            wave = sum(draws.standard_normal() * np.sin(j * game.points + draws.uniform(0, 6)) for j in range(1, 5))
            tilted = law * np.exp(np.exp(draws.uniform(-6, 0)) * wave)
            laws.append(tilted / tilted.sum())
        total = sum(mean_field.divergence(law, np.log(best)) for law, best in zip(laws, centre, strict=True))
        found.append((mean_field.nikaido_isoda(game, *laws), game.temperature * total))
    return np.array(found).T


def furthest(game, laws):
    """Largest distance of a pair of laws from the Gibbs laws that answer it."""
    answers = mean_field.best_responses(game, *laws)
    return exact([0], [max(np.abs(np.exp(x) - law).max() for x, law in zip(answers, laws, strict=True))], ulps=0)


def measure(s):
    gaps = [gap_of_means(s, c) for c in s.couplings]
    game, centre = bounded(s)
    error, total = (Curve(np.zeros(1), x[:, None], True, np.array(1e-12)) for x in tilted_pairs(s, game, centre))
    start = (np.exp(game.reference), np.exp(game.reference))
    return {"gap": exact(s.couplings, gaps, 1e-9, x_name="coupling"), "residual": furthest(game, centre),
            "first": furthest(game, start), "error": error.drawn_from("random tilts of the equilibrium"),
            "sum": total.drawn_from("random tilts of the equilibrium")}  # fmt: skip


def predict(s):
    c = np.array(s.couplings)
    found = {name: theory.equilibrium_gap(x, PULL, s.first, s.second) for name, x in (("gap", c), ("sum", 0 * c))}
    return {name: exact(c, x, ulps=16, x_name="coupling") for name, x in found.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="lambda times the divergences alone", predicted=predicted["sum"])
    yield agrees("Gaussian game: error = (k + c^2/k) |m|^2/2", measured["gap"], predicted["gap"], rival=rival)
    error, total = measured["error"], measured["sum"]
    rival = Rival(claim="1.5 times that", predicted=Curve(total.x, 1.5 * total.samples, True, 1.5 * total.rounding))
    yield above("bounded payoff: error >= lambda (KL + KL)", error, total, rival=rival)
    rival = Rival(claim="of the reference", measured=measured["first"])
    yield below("the equilibrium satisfies Gibbs' equations", measured["residual"], 1e-12, rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    plots.measurement(left, measured["gap"], 0, "over all laws on the grid")
    plots.prediction(left, predicted["gap"], "(k + c²/k) |m|²/2")
    plots.guide(left, predicted["sum"].x, predicted["sum"].mean, "lambda (KL + KL)", linestyle=":")
    plots.label(left, "coupling c", "Nikaido-Isoda error", "Gaussian game", log="")
    (game, (mu, nu)), step = bounded(s), max(1, s.size // 200)
    for k, (law, text) in enumerate(((mu, "x"), (nu, "y"), (np.exp(game.reference), "reference"))):
        plots.line(right, game.points[::step], (law / (game.points[1] - game.points[0]))[::step], k, text)
    right.set_xlim(-5, 5)
    plots.label(right, "action", "density of the equilibrium", "sin(x + 0.7) sin(y)", log="")
    return drawn


if __name__ == "__main__":
    script()
