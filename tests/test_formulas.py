"""Formulas become MathML with a name in words; what cannot be set is told."""

import access
import formulas
import pytest


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        (r"x_i", "x sub i"),
        (r"\hat\beta", "beta hat"),
        (r"\frac{t}{\sqrt{n}}", "the fraction of t and the square root of n"),
        (r"\sum_{d=0}^{3} R_d", "sum from d = 0 to 3 of R sub d"),
        (r"\prod_i (1-m_i)", "product over i of (1 minus m sub i)"),
        (r"u \sim N(0, \sigma_u^2)", "u follows N (0, sigma sub u to the power of 2)"),
        (r"\text{drug order} * 2", "drug order convolved with 2"),
    ],
)
def test_a_formula_is_named_in_words(tex, words):
    """What is read out is what is drawn."""
    assert formulas.to_mathml(tex).get("aria-label") == words


def test_aligned_lines_become_a_table():
    """Each line is a row, split at the mark of alignment."""
    tree = formulas.to_mathml(r"\begin{aligned} y & = a \\ & + b \end{aligned}", "block")
    rows = [[" ".join(cell.itertext()) for cell in row] for row in tree.iter("mtr")]
    assert rows == [["y", "= a"], ["", "+ b"]]
    assert tree.get("display") == "block"


@pytest.mark.parametrize(
    ("tex", "accent"), [(r"\hat\beta", "true"), (r"\widehat{\text{SE}}", "false")]
)
def test_a_hat_says_whether_it_is_an_accent(tex, accent):
    """Over one letter it is one, over several it stands clear of them: no browser has to guess."""
    (over,) = formulas.to_mathml(tex).iter("mover")
    assert over.get("accent") == accent


def test_an_unknown_command_is_told():
    """The message names the formula, the command, and the way on."""
    with pytest.raises(ValueError, match=r"formula '\\nonsense x' has '\\nonsense'.*Write it"):
        formulas.to_mathml(r"\nonsense x")


def test_the_font_has_slanted_letters_of_the_formulas():
    """A letter in a formula is drawn as another character: that one is needed too."""
    signs = set(map(chr, formulas.signs_of(["<p>q</p><math ><mi>x</mi><mo>+</mo></math>"])))
    assert {"x", "+", "\N{MATHEMATICAL ITALIC SMALL X}", "√"} <= signs
    assert "q" not in signs


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<th></th><th>a</th>", "<td></td><th>a</th>"),
        ('<th class="blank level0" >&nbsp;</th>', '<td class="blank level0"></td>'),
        (
            '<summary><span class="toctree-toggle">x</span>',
            '<summary aria-label="Pages below this one"><span class="toctree-toggle">x</span>',
        ),
        (
            '<div class="citation" id="a" role="doc-biblioentry">',
            '<div class="citation" id="a" role="listitem">',
        ),
    ],
    ids=["index", "gap", "fold", "reference"],
)
def test_what_others_wrote_is_mended(before, after):
    """Empty heads are fields, what can be pressed has a name, no role is out of date."""
    assert access.mend(before) == after
