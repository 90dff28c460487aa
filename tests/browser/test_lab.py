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

# The lowest contrast (WCAG 2) between the text of table cells among the outputs and what lies behind it, by kind.
CONTRASTS = """() => {
    const channels = colour => colour.match(/[\\d.]+/g).map(Number);
    const luminance = colour => channels(colour).slice(0, 3)
        .map(part => part / 255)
        .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
    const behind = cell => {
        for (let one = cell; one; one = one.parentElement) {
            const colour = getComputedStyle(one).backgroundColor, alpha = channels(colour)[3] ?? 1;
            if (alpha === 1) return colour;
        }
        return 'rgb(255, 255, 255)';
    };
    const lowest = {};
    for (const cell of document.querySelectorAll('.jp-OutputArea-output :is(th, td, caption)')) {
        const [light, dark] = [getComputedStyle(cell).color, behind(cell)].map(luminance).sort((a, b) => b - a);
        const kind = (cell.closest('table').className || 'table') + ' ' + cell.localName;
        lowest[kind] = Math.min(lowest[kind] ?? 21, (light + 0.05) / (dark + 0.05));
    }
    return lowest;
}"""

THEME = """async name => {
    await window.jupyterapp.commands.execute('apputils:change-theme', {theme: name});
    while (document.body.dataset.jpThemeName !== name) await new Promise(requestAnimationFrame);
    return name;
}"""

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


def test_tables_can_be_read_in_the_light_and_in_the_dark_theme(open_notebook):
    opened = open_notebook("01_read.ipynb")  # it shows tables of the kit and of pandas
    assert opened.run()
    opened.page.wait_for_selector(".jp-OutputArea-output table.dataframe")
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        assert opened.page.evaluate(THEME, theme) == theme
        lowest = opened.page.evaluate(CONTRASTS)
        assert {"ck-table th", "ck-table td", "ck-table caption", "dataframe th", "dataframe td"} <= set(lowest)
        assert [kind for kind, contrast in lowest.items() if contrast < 4.5] == [], (theme, lowest)
