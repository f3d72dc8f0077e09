"""One term in several models: each row is that model's own."""

import numpy as np
import pandas as pd
import pytest

import eih


@pytest.fixture
def frame():
    """Forty rows of y = x + 3 z plus noise; x and z are related."""
    rng = np.random.default_rng(2)
    z = rng.normal(0, 1, 40)
    x = z + rng.normal(0, 1, 40)
    return pd.DataFrame({"x": x, "z": z, "y": x + 3 * z + rng.normal(0, 0.1, 40)})


def test_rows_are_the_models_in_order(frame):
    """Each row has the name given and the numbers of its model, at full precision."""
    models = {"with z": eih.lm("y ~ x + z", frame), "without": eih.lm("y ~ x", frame)}
    table = eih.side_by_side("x", models)
    assert table.model.tolist() == ["with z", "without"]
    for row, model in zip(table.itertuples(), models.values(), strict=True):
        own = model.coefficient("x")
        assert (row.estimate, row.se, row.df, row.t, row.p) == (
            own.estimate,
            own.se,
            own.df,
            own.t,
            own.p,
        )
    assert abs(table.estimate[0] - 1) < 0.1 < table.estimate[1] - 1


def test_a_model_without_the_term_is_an_error(frame):
    """A comparison with a gap is not made."""
    models = {"with z": eih.lm("y ~ x + z", frame), "without": eih.lm("y ~ x", frame)}
    with pytest.raises(ValueError, match="Unknown term 'z'"):
        eih.side_by_side("z", models)
