"""What a page of another origin tries with the admin pages, in a browser that is signed in."""

from playwright.sync_api import expect

from tests.browser.conftest import Served
from tests.browser.desk import Watch, sign_in

SENDING = '<form method="post" action="{url}/admin/sign-out"><button>Win a prize</button></form>'
FRAMING = '<iframe src="{url}/admin" title="A game"></iframe>'


def test_a_page_of_another_origin_neither_sends_nor_frames(served: Served, watch: Watch) -> None:
    one = watch()
    page, url = one.page, served.url
    sign_in(page, served)
    page.goto(served.site.page("", SENDING.format(url=url), "/prize.html"))
    page.get_by_role("button", name="Win a prize").click()
    expect(page.get_by_text("The form does not come from a page of this session")).to_be_visible()
    one.forgive("403")
    page.goto(served.site.page("", FRAMING.format(url=url), "/game.html"))
    framed = page.frame_locator("iframe")
    expect(framed.get_by_role("button", name="Sign out")).to_have_count(0)
    one.forgive("frame-ancestors")
    page.goto(f"{url}/admin")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
