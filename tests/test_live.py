"""Figures and the ledger answer the reader in a real browser: by keyboard, and without scripts too."""

import shutil

import numpy as np
import pandas as pd
import pytest
from tests.serving import serving_folder
from tests.waiting import wait_until

import eih
from eih.figures import fitness_explorer, specification_explorer, trial_explorer
from eih.paper.comparison import LEDGER_COLUMNS
from eih.paper.ledger_table import show_searchable

pytestmark = pytest.mark.pages


@pytest.fixture(scope="module")
def trials():
    """Return all trials of the study."""
    return eih.load_trials()


@pytest.fixture(scope="module")
def scores(trials):
    """Return relief by person and drug."""
    heat = trials[trials.modality == "heat"]
    return eih.difference_scores(heat, "exercise", by="drug")


@pytest.fixture(scope="module")
def slopes():
    """Make slopes with known values."""
    names = [f"{sex}, {drug}" for sex in ("female", "male") for drug in ("saline", "naloxone")]
    values = {"beta": [1.5, 2.5, 3.5, 4.5], "ci_low": [-1.0] * 4, "ci_high": [9.0] * 4}
    return pd.DataFrame(values, index=names)


@pytest.fixture(scope="module")
def specifications():
    """Return the stored specifications."""
    return eih.load_specifications()


def ledger_rows():
    """Make a small ledger: three results, two chapters, three verdicts."""
    cells = [
        ("r001", "sample size", "n", "39", 39.0, "exact", "s4-2", ""),
        ("r048", "drug", "beta", "4.50", 4.5036, "exact", "s2-3", ""),
        ("r048", "drug", "se", "1.61", 1.6025, "explained", "s2-3", "Another model < this one."),
        ("r050", "peak of the insula", "T", "7.65", np.nan, "not public", "s2-3", "Needs images."),
    ]
    names = ["id", "effect", "quantity", "printed", "recomputed", "verdict", "section", "reason"]
    table = pd.DataFrame(cells, columns=names).assign(locus="Results", analysis="")
    return table[LEDGER_COLUMNS]


@pytest.fixture(scope="module")
def place(root, tmp_path_factory):
    """Serve a folder with the book's scripts; return it and its address."""
    folder = tmp_path_factory.mktemp("live")
    shutil.copytree(root / "book" / "_static", folder / "_static")
    with serving_folder(folder) as server:
        yield folder, server.url


@pytest.fixture
def show(place, browser):
    """Return a function that opens HTML as a page of the book would, and fails on a script's error."""
    folder, address = place
    errors, contexts = [], []

    def opened(html, name="page", query="", scripts=True):
        files = ("controls", "figures", "ledger")
        tags = "".join(f'<script defer src="_static/live/{file}.js"></script>' for file in files)
        head = '<meta charset="utf-8"><link rel="stylesheet" href="_static/live/live.css">'
        head += '<link rel="icon" href="data:,">'
        (folder / f"{name}.html").write_text(
            f"<!doctype html><html lang='en'><head><title>x</title>{head}{tags}</head><body>{html}</body></html>",
            encoding="utf-8",
        )
        context = browser.new_context(
            java_script_enabled=scripts, viewport={"width": 900, "height": 900}
        )
        contexts.append(context)
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}/{name}.html{query}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


def figure(live):
    """Make a figure that a script redraws."""
    import matplotlib.pyplot as plt

    _, ax = plt.subplots(figsize=(3, 2))
    return eih.figure(
        ax, label="fig", title="F.", caption="One.", alt="Two.", live=live
    )._repr_html_()


def dots(page):
    """Return the places of the points drawn."""
    return page.locator(".eih-dot").evaluate_all(
        "dots => dots.map(dot => dot.getAttribute('transform'))"
    )


# ---- figures ----


def test_without_scripts_the_picture_stays(show, scores, slopes):
    """A reader without JavaScript sees the picture, and no empty control."""
    page = show(figure(fitness_explorer(scores, slopes)), scripts=False)
    assert page.locator("figure img").is_visible()
    assert page.locator("input, select, svg").count() == 0


def test_the_drug_is_switched_by_keyboard(show, scores, slopes):
    """An arrow key moves from saline to naloxone: points and slopes change, people stay."""
    page = show(figure(fitness_explorer(scores, slopes)))
    before = dots(page)
    page.get_by_role("radio", name="saline").focus()
    page.keyboard.press("ArrowRight")
    after = dots(page)
    assert len(before) == len(after) == scores.participant.nunique()
    assert before != after
    assert "under naloxone" in page.locator(".eih-facts").inner_text()
    assert "men 4.5 points" in page.locator(".eih-facts").inner_text()


def test_a_point_names_its_participant(show, scores, slopes):
    """The slider, moved by a key, names a person and gives the relief of both days."""
    page = show(figure(fitness_explorer(scores, slopes)))
    slider = page.get_by_label("Walk through the people")
    slider.focus()
    page.keyboard.press("End")
    fittest = scores.loc[scores.ftp_per_kg.idxmax()].participant
    relief = scores[scores.participant == fittest].set_index("drug").difference
    words = page.locator(".eih-readout").inner_text().replace("−", "-")
    assert words.startswith(f"{fittest}: man")
    assert f"{relief['saline']:.1f} under saline, {relief['naloxone']:.1f} under naloxone" in words
    assert slider.get_attribute("aria-valuetext").replace("−", "-") == words
    assert page.locator(".eih-name").text_content() == fittest


def test_pointing_at_a_mark_names_it_too(show, scores, slopes):
    """The mouse over a point says the same as the slider."""
    page = show(figure(fitness_explorer(scores, slopes)))
    page.locator(".eih-dot").first.hover()
    assert page.locator(".eih-readout").inner_text().startswith("sub-")


def test_one_sex_can_be_left_out(show, scores, slopes):
    """Unticking women leaves the men's points."""
    page = show(figure(fitness_explorer(scores, slopes)))
    page.get_by_role("checkbox", name="women").focus()
    page.keyboard.press("Space")
    men = scores[scores.sex == "male"].participant.nunique()
    assert page.locator(".eih-dot").count() == men
    assert "women" not in page.locator(".eih-facts").inner_text()


def test_the_explorer_shows_the_chosen_person(show, trials):
    """Participant, modality, drug and exercise choose the ratings; the table gives their means."""
    page = show(figure(trial_explorer(trials)))
    page.get_by_label("Participant").select_option(label="sub-02 (male)")
    page.get_by_role("radio", name="pressure").check()
    page.get_by_role("checkbox", name="naloxone").uncheck()
    page.get_by_role("checkbox", name="high").uncheck()
    chosen = trials.query(
        "participant == 'sub-02' and modality == 'pressure' and drug == 'saline' and exercise == 'low'"
    )
    assert page.locator(".eih-dot").count() == chosen.rating.count()
    cells = page.locator(".eih-means td").all_inner_texts()
    assert [float(cell) for cell in cells] == pytest.approx(
        chosen.groupby("target").rating.mean().tolist(), abs=0.051
    )


def test_the_slider_reads_the_trials_in_order(show, trials):
    """The first step of the slider is the first trial of the modality."""
    page = show(figure(trial_explorer(trials)))
    slider = page.get_by_label("Walk through the trials")
    slider.focus()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    first = trials.query("participant == 'sub-01' and modality == 'heat'").iloc[0]
    words = page.locator(".eih-readout").inner_text()
    assert words.startswith(f"Day 1 ({first.drug}), block 1")
    assert f"trial {first.trial}: heat, target {first.target}, rated {first.rating:.0f}." in words


def test_nothing_chosen_is_said(show, trials):
    """Without any drug no rating is drawn, and the page says so without an error."""
    page = show(figure(trial_explorer(trials)))
    page.get_by_role("checkbox", name="saline").uncheck()
    page.get_by_role("checkbox", name="naloxone").uncheck()
    assert page.locator(".eih-dot").count() == 0
    assert "0 heat ratings shown" in page.locator(".eih-facts").inner_text()


def test_options_of_the_curve_are_taken_out(show, specifications):
    """Unticked options leave the analyses that pandas leaves, with their share below 0.05."""
    page = show(figure(specification_explorer(specifications)))
    page.get_by_label("Effect").select_option(label="Fitness in saline")
    page.get_by_role("group", name="ends").get_by_role("checkbox", name="dropped").focus()
    page.keyboard.press("Space")
    page.get_by_role("group", name="level").get_by_role("checkbox", name="trial").uncheck()
    kept = specifications.query(
        "effect == 'fitness' and modality == 'heat' and ends == 'kept' and level != 'trial'"
    )
    below = int((kept.p < 0.05).sum())
    words = page.locator(".eih-facts").inner_text()
    assert words.startswith(f"{len(kept)} analyses: from {kept.estimate.min():.2f}")
    assert f"p < 0.05 in {below} " in words


def test_the_cursor_tells_the_choices(show, specifications):
    """The largest estimate is read with its own choices."""
    page = show(figure(specification_explorer(specifications)))
    page.get_by_label("Walk along the curve").focus()
    page.keyboard.press("End")
    own = specifications.query("effect == 'drug' and modality == 'heat'")
    last = own.loc[own.estimate.idxmax()]
    words = page.locator(".eih-readout").inner_text()
    assert f"Estimate {last.estimate:.2f}" in words
    assert f"scale {last['scale']}" in words
    assert f"level {last.level}" in words


def test_all_options_taken_out_is_said(show, specifications):
    """When no analysis is left the page says so; one press brings all back."""
    page = show(figure(specification_explorer(specifications)))
    for name in ("raw", "logit"):
        page.get_by_role("checkbox", name=name).uncheck()
    assert "No analysis has all of these choices" in page.locator(".eih-facts").inner_text()
    page.get_by_role("button", name="Keep all").press("Enter")
    n = specifications.eval("effect == 'drug' and modality == 'heat'").sum()
    assert page.locator(".eih-facts").inner_text().startswith(f"{n:,} analyses")


# ---- the ledger ----


def shown_ids(page):
    """Return the ids of the results that are visible."""
    return page.locator("table[data-verdicts] tbody:visible").evaluate_all(
        "all => all.map(one => one.id)"
    )


def ledger(show, **options):
    """Open the small ledger."""
    return show(show_searchable(ledger_rows())._repr_html_(), name="ledger", **options)


def test_without_scripts_every_row_stands_there(show):
    """Without JavaScript the whole ledger is readable, and a reason unfolds."""
    page = ledger(show, scripts=False)
    assert shown_ids(page) == ["r001", "r048", "r050"]
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.get_by_text("Another model < this one.").is_visible()


def test_search_narrows_the_rows(show):
    """Typed words keep the rows that have them all, wherever they stand."""
    page = ledger(show)
    page.get_by_label("Search").focus()
    page.keyboard.type("insula 7.65")
    assert shown_ids(page) == ["r050"]
    assert "1 of 4" in page.locator(".eih-facts").inner_text()


def test_verdicts_are_filtered_by_keyboard(show):
    """Unticked verdicts take their rows away, and a result without rows goes too."""
    page = ledger(show)
    for name in ("exact", "not public"):
        page.get_by_role("checkbox", name=name).focus()
        page.keyboard.press("Space")
    assert shown_ids(page) == ["r048"]
    assert page.locator("tr[data-verdict]:visible").count() == 1


def test_a_chapter_is_filtered(show):
    """A chosen chapter keeps its results."""
    page = ledger(show)
    page.get_by_label("Chapter").select_option(label="design and data")
    assert shown_ids(page) == ["r001"]


def test_the_choice_stands_in_the_address(show):
    """A single verdict stands in the address; opened again, the address gives the same rows."""
    page = ledger(show)
    for name in ("exact", "not public"):
        page.get_by_role("checkbox", name=name).uncheck()
    assert page.url.endswith("?verdict=explained")
    again = ledger(show, query="?verdict=explained&chapter=naloxone")
    assert shown_ids(again) == ["r048"]
    assert again.get_by_label("Chapter").input_value() == "naloxone"


def test_an_address_leads_to_its_row(show):
    """A deep link brings its result into view with the reason unfolded, whatever the filter hides."""
    page = ledger(show, query="?verdict=exact#r050")
    assert "r050" in shown_ids(page)
    assert page.locator("#r050").get_by_text("Needs images.").is_visible()
    assert page.locator("#r050").evaluate("row => row.getBoundingClientRect().top") < 900


def test_a_link_to_a_hidden_row_shows_it(show):
    """An id in the text leads to its row even when a filter hides it."""
    page = ledger(show, query="?verdict=exact")
    assert "r050" not in shown_ids(page)
    page.evaluate("location.hash = '#r050'")
    wait_until(page, "!document.getElementById('r050').hidden")
    assert "r050" in shown_ids(page)


def test_every_why_unfolds_at_once(show):
    """One button unfolds all reasons, and folds them again."""
    page = ledger(show)
    button = page.get_by_role("button", name="Unfold every why")
    button.press("Enter")
    assert page.locator("details[open]").count() == 2
    assert button.get_attribute("aria-pressed") == "true"
    button.press("Enter")
    assert page.locator("details[open]").count() == 0
