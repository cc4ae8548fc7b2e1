"""The same numbers from other people's programs, in one run."""

import math

import numpy as np
import pandas as pd
import pytest

import tradeanalysis as ta

COUNTS = [np.random.default_rng(seed).integers(1, 1000, size) for seed, size in enumerate((2, 5, 30, 200))]


@pytest.mark.parametrize("x", COUNTS, ids=len)
def test_scikit_bio(x):
    from skbio.diversity import alpha

    assert ta.hhi(x) == pytest.approx(alpha.dominance(x), rel=1e-12)
    assert 1 - ta.hhi(x) == pytest.approx(alpha.simpson(x), rel=1e-12)
    assert ta.effective_partners(x) == pytest.approx(alpha.inv_simpson(x), rel=1e-12)
    assert ta.entropy(x) == pytest.approx(alpha.shannon(x, base=math.e), rel=1e-12)
    assert ta.measures.pielou(x) == pytest.approx(alpha.pielou_e(x), rel=1e-12)
    assert ta.measures.evenness(x) == pytest.approx(alpha.heip_e(x) * (len(x) - 1) / len(x) + 1 / len(x), rel=1e-12)
    assert ta.top_share(1)(x) == pytest.approx(alpha.berger_parker_d(x), rel=1e-12)
    for q in (0, 0.5, 1, 2, 3, math.inf):
        assert ta.hill(q)(x) == pytest.approx(alpha.hill(x, order=q), rel=1e-10), q


@pytest.mark.parametrize("x", COUNTS, ids=len)
def test_pysal(x):
    from inequality.atkinson import Atkinson
    from inequality.gini import Gini
    from inequality.theil import Theil

    assert ta.gini(x) == pytest.approx(Gini(x.astype(float)).g, rel=1e-10)
    assert ta.theil(x) == pytest.approx(float(Theil(x.astype(float)).T), rel=1e-9)
    for e in (0.5, 1):
        assert ta.atkinson(e)(x) == pytest.approx(Atkinson(x.astype(float), e).A, rel=1e-9)


def test_pysal_takes_the_margins_of_theil_apart_alike():
    from inequality.theil import TheilD

    x = np.array([60.0, 25, 10, 5, 0, 0, 0, 0, 0, 0])
    account = TheilD(x + 1e-300, (x > 0).astype(int))
    margins = ta.measures.theil_margins(x)
    assert margins.total == pytest.approx(float(np.ravel(account.T)[0]), rel=1e-9)
    assert margins.between == pytest.approx(float(np.ravel(account.bg)[0]), rel=1e-9)
    assert margins.within == pytest.approx(float(np.ravel(account.wg)[0]), rel=1e-9)


@pytest.mark.parametrize("x", COUNTS, ids=len)
def test_scikit_bio_has_the_sum_behind_generalised_entropy(x):
    from skbio.diversity import alpha

    n = len(x)
    for a in (0.5, 2, 3):
        powers = 1 - (a - 1) * alpha.tsallis(x, order=a)  # Tsallis is (1 - sum s^a)/(a - 1)
        expected = (n ** (a - 1) * powers - 1) / (a * (a - 1))
        assert ta.measures.generalised_entropy(a)(x) == pytest.approx(expected, rel=1e-9)
    assert ta.effective_partners(x) / n == pytest.approx(alpha.simpson_e(x), rel=1e-12)
    assert math.log(ta.measures.hannah_kay(3)(x)) == pytest.approx(alpha.renyi(x, order=3), rel=1e-10)


@pytest.mark.parametrize("x", COUNTS, ids=len)
def test_scipy(x):
    from scipy import stats

    assert ta.entropy(x) == pytest.approx(stats.entropy(x), rel=1e-12)
    assert ta.theil(x) == pytest.approx(stats.entropy(x, np.ones(len(x))), rel=1e-9)
    assert ta.measures.generalised_entropy(0)(x) == pytest.approx(stats.entropy(np.ones(len(x)), x), rel=1e-9)
    assert ta.measures.generalised_entropy(2)(x) == pytest.approx(stats.variation(x) ** 2 / 2, rel=1e-10)
    assert ta.atkinson(1)(x) == pytest.approx(1 - stats.gmean(x) / np.mean(x), rel=1e-10)
    assert ta.atkinson(2)(x) == pytest.approx(1 - stats.hmean(x) / np.mean(x), rel=1e-10)
    assert ta.atkinson(3)(x) == pytest.approx(1 - stats.pmean(x, -2) / np.mean(x), rel=1e-10)


def test_rca_of_py_ecomplexity():
    """The matrix of RCA that the Growth Lab's package makes of the same trade, zeros where we have no row."""
    from ecomplexity.ComplexityData import ComplexityData

    rng = np.random.default_rng(0)
    flows = pd.DataFrame(
        [
            (f"r{i}", f"p{k:02d}", float(rng.lognormal(10, 3)))
            for i in range(12)
            for k in range(40)
            if rng.random() < 0.6
        ],
        columns=["reporter", "product", "value"],
    )
    columns = {"time": "time", "loc": "reporter", "prod": "product", "val": "value"}
    peer = ComplexityData(flows.assign(time=0), columns, "raise")
    peer.create_full_df(0)
    peer.calculate_rca()
    ours = ta.rca(flows).pivot(index="reporter", columns="product", values="rca").fillna(0.0)
    assert ours.shape == peer.rca_t.shape
    assert ours.to_numpy() == pytest.approx(peer.rca_t, rel=1e-12)
