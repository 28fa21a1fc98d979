"""One address that floods the server is held to its share; everybody else, and this machine, are not."""

import pytest

from reciproque.app.shared.context import THIS_MACHINE, place_of
from reciproque.config import flood
from reciproque.config.flood import AHEAD, SHARE, Shares, fair


class Site:
    """An application that takes a tenth of a second, and a clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, proxies: int = 0) -> None:
        self.now, self.worked, self.takes = 0.0, 0.0, 0.1
        monkeypatch.setattr(flood.time, "perf_counter", lambda: self.worked)
        self.ask = fair(self._work, proxies=proxies, shares=Shares(lambda: self.now))

    def _work(self, environ, start_response):
        self.worked += self.takes
        start_response("200 OK", [])
        return [b"page"]

    def get(self, address: str, **headers: str) -> int:
        status = []
        body = self.ask({"REMOTE_ADDR": address, **headers}, lambda line, _headers: status.append(line))
        assert b"".join(body)
        return int(status[0].split()[0])


def test_a_flood_is_told_to_wait_and_the_others_are_answered(monkeypatch):
    site = Site(monkeypatch)
    answers = [site.get("198.51.100.7") for _ in range(1000)]
    assert answers.count(200) == pytest.approx(AHEAD / 0.1, abs=1)
    assert answers[-1] == 429
    assert all(site.get(f"203.0.113.{number}") == 200 for number in range(100))


def test_its_share_comes_back_with_time(monkeypatch):
    site = Site(monkeypatch)
    while site.get("198.51.100.7") == 200:
        pass
    site.now += 60
    taken = 0
    while site.get("198.51.100.7") == 200:
        taken += 1
    assert taken == pytest.approx(AHEAD / 0.1, abs=1)
    served = 0
    for _ in range(1000):
        site.now += 0.1
        served += site.get("198.51.100.7") == 200
    assert served == pytest.approx(100 * SHARE / 0.1, rel=0.1)


def test_one_long_report_does_not_lock_its_reader_out(monkeypatch):
    site = Site(monkeypatch)
    site.takes = 30.0
    assert [site.get("198.51.100.7") for _ in range(3)] == [200, 200, 200]


def test_this_machine_is_not_counted(monkeypatch):
    site = Site(monkeypatch)
    assert {site.get(address) for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1") for _ in range(100)} == {200}


@pytest.mark.parametrize(
    ("address", "headers", "proxies", "place"),
    [
        ("198.51.100.7", {}, 0, "198.51.100.7"),
        ("198.51.100.7", {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 0, "198.51.100.7"),
        ("127.0.0.1", {"HTTP_X_FORWARDED_FOR": "6.6.6.6, 203.0.113.9"}, 1, "203.0.113.9"),
        ("127.0.0.1", {"HTTP_X_FORWARDED_FOR": "6.6.6.6, 203.0.113.9, 10.0.0.2"}, 2, "203.0.113.9"),
        ("127.0.0.1", {}, 1, THIS_MACHINE),
        ("::ffff:127.0.0.1", {}, 0, THIS_MACHINE),
        ("2001:db8:1:2:3:4:5:6", {}, 0, "2001:db8:1:2::/64"),
        ("2001:db8:1:2:aaaa:4:5:6%eth0", {}, 0, "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", {}, 0, "198.51.100.7"),
        ("127.0.0.1", {"HTTP_X_FORWARDED_FOR": "203.0.113.9:4711"}, 1, "203.0.113.9"),
        ("127.0.0.1", {"HTTP_X_FORWARDED_FOR": "[2001:db8:1:2::9]:4711"}, 1, "2001:db8:1:2::/64"),
        ("no address", {}, 0, "no address"),
    ],
)
def test_where_a_request_comes_from(address, headers, proxies, place):
    assert place_of({"REMOTE_ADDR": address, **headers}, proxies) == place


def test_no_address_is_kept_and_the_table_is_bounded():
    shares = Shares(lambda: 0.0)
    for number in range(flood.MOST_KNOWN + 50):
        shares.use(f"10.0.{number // 256}.{number % 256}", 0.1)
    assert len(shares._used) == flood.MOST_KNOWN
    assert not any(b"10.0." in name for name in shares._used)
