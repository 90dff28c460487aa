import pytest

from tests.browser.conftest import other_hosts

pytestmark = [pytest.mark.browser, pytest.mark.slow]


# What a reader sees of the charts: the size on the screen of each picture among the outputs.
PICTURES = """() => [...document.querySelectorAll('.jp-OutputArea-output')].flatMap(
    output => [...output.querySelectorAll('svg, img')].map(picture => {
        const box = picture.getBoundingClientRect();
        return {
            width: box.width, height: box.height,
            drawn: picture.tagName !== 'IMG' || (picture.complete && picture.naturalWidth > 0),
        };
    }))"""

LABELS = """() => [...document.querySelectorAll('.jp-OutputArea-output svg[role=img]')]
    .map(picture => picture.getAttribute('aria-label') || '')"""


@pytest.fixture
def opened(open_notebook):
    return open_notebook("00_start_here.ipynb")


def test_the_first_notebook_runs_shows_its_charts_and_asks_no_other_host(opened):
    cells = opened.run()

    assert cells
    assert [cell["source"] for cell in cells if not cell["execution_count"]] == []
    faults = [out for cell in cells for out in cell["outputs"] if out["output_type"] == "error"]
    assert faults == []

    opened.page.wait_for_selector(".jp-OutputArea-output :is(svg, img)")
    pictures = opened.page.evaluate(PICTURES)
    assert pictures
    assert all(one["drawn"] and one["width"] > 200 and one["height"] > 60 for one in pictures)
    assert all(opened.page.evaluate(LABELS))

    assert opened.asked
    assert other_hosts(opened.asked) == set()
