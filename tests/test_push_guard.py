"""Where the site goes on a stranger's word: to the push services of browsers on the public internet, nowhere else."""

import ssl
from ipaddress import ip_address

import pytest
from pytest_django import Settings

from reminders import guard
from reminders.guard import Answer, RefusedError, is_public, parts_of, post
from tests.internet import (
    FIREFOX,
    SERVICES,
    Internet,
    PushService,
    begins_with,
    endpoint,
    says,
    says_nothing,
    seconds_of,
    trickles,
)

PUBLIC = SERVICES[FIREFOX]

KNOWN = {
    "https://fcm.googleapis.com/fcm/send/dQw4:APA91b_x-y": ("fcm.googleapis.com", "/fcm/send/dQw4:APA91b_x-y"),
    "https://updates.push.services.mozilla.com/wpush/v2/gAAA=": (FIREFOX, "/wpush/v2/gAAA="),
    "https://wns2-par02p.notify.windows.com/w/?token=BQ%3d%3d": (
        "wns2-par02p.notify.windows.com",
        "/w/?token=BQ%3d%3d",
    ),
    "https://web.push.apple.com:443/QGuQ": ("web.push.apple.com", "/QGuQ"),
}


@pytest.mark.parametrize(("address", "parts"), KNOWN.items())
def test_the_push_services_of_browsers_are_known(address: str, parts: tuple[str, str]) -> None:
    assert parts_of(address) == parts


HOSTILE = [
    *("", "fcm.googleapis.com", "//fcm.googleapis.com/", "javascript:alert(1)", "file:///etc/passwd"),
    # Another scheme, another port.
    *("http://fcm.googleapis.com/x", "HTTPS://fcm.googleapis.com/x", "wss://fcm.googleapis.com/x"),
    *("https://fcm.googleapis.com:80/x", "https://fcm.googleapis.com:8443/x", "https://fcm.googleapis.com:/x"),
    *("https://fcm.googleapis.com:0443/x", "https://fcm.googleapis.com:443:443/x"),
    # Somebody before the host, or what looks like it.
    *("https://a@fcm.googleapis.com/x", "https://a:b@fcm.googleapis.com/x", "https://fcm.googleapis.com@127.0.0.1/x"),
    *("https://127.0.0.1#@fcm.googleapis.com/x", "https://127.0.0.1\\@fcm.googleapis.com/x"),
    *("https://fcm.googleapis.com#@127.0.0.1/x", "https://fcm.googleapis.com\\@127.0.0.1/x"),
    *("https://fcm.googleapis.com/@127.0.0.1/", "https://fcm.googleapis.com/\\127.0.0.1"),
    # Names that only look like it.
    *("https://fcm.googleapis.com.example.org/x", "https://xfcm.googleapis.com/x", "https://a.fcm.googleapis.com/x"),
    *("https://evilpush.apple.com/x", "https://push.services.mozilla.com.evil.example/x", "https://googleapis.com/x"),
    *("https://fcm.googleapis.com./x", "https://.push.apple.com/x", "https://a..push.apple.com/x"),
    *("https://FCM.googleapis.com/x", "https://fcm。googleapis。com/x", "https://ｆcm.googleapis.com/x"),
    *("https://fcm%2egoogleapis.com/x", "https://fcm.googleapis.com%00.evil.example/x"),
    *("https://-a.push.apple.com/x", f"https://{'a' * 64}.push.apple.com/x", "https://localhost/x", "https://db/x"),
    # Addresses instead of names, in all spellings.
    *("https://127.0.0.1/x", "https://127.1/x", "https://2130706433/x", "https://0x7f000001/x", "https://0x7f.0.0.1/x"),
    *("https://0177.0.0.1/x", "https://017700000001/x", "https://0/x", "https://127.0.0.1./x", "https://①②⑦.0.0.1/x"),
    *("https://[::1]/x", "https://[::ffff:127.0.0.1]/x", "https://[::ffff:7f00:1]/x", "https://[fe80::1%25eth0]/x"),
    *("https://169.254.169.254/latest/meta-data/", "https://[64:ff9b::7f00:1]/x", "https://151.101.1.91/x"),
    # No path, and what could end a line of the request.
    *("https://fcm.googleapis.com", "https://fcm.googleapis.com?x", " https://fcm.googleapis.com/x"),
    *("https://fcm.googleapis.com/x ", "https://fcm.googleapis.com/x\n", "https://fcm.googleapis.com/a b"),
    *("https://fcm.googleapis.com/\r\nHost: db", "https://fcm.googleapis.com/\0", "https://fcm.googleapis.com/ü"),
    *("https://fcm.googleapis.com\t/x", "https://fcm.goo\ngleapis.com/x", "https:/fcm.googleapis.com/x"),
]


@pytest.mark.parametrize("address", HOSTILE)
def test_anything_else_is_refused_before_a_name_is_looked_up(internet: Internet, address: str) -> None:
    with pytest.raises(RefusedError):
        post(address, {}, b"", 1)
    assert (internet.looked_up, internet.canary.heard) == ([], 0)


def test_whoever_runs_the_server_may_add_a_push_service(settings: Settings) -> None:
    settings.PUSH_HOSTS = ["push.example.org"]
    assert parts_of("https://push.example.org/1") == ("push.example.org", "/1")
    with pytest.raises(RefusedError):
        parts_of(endpoint())


PRIVATE = [
    "0.0.0.0",  # noqa: S104  # nothing is bound
    *("0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.255.255.254"),
    *("169.254.169.254", "172.16.0.1", "172.31.255.254", "192.0.0.1", "192.0.0.170", "192.0.2.1", "192.31.196.1"),
    *("192.52.193.1", "192.88.99.1", "192.168.0.1", "192.175.48.1", "198.18.0.1", "198.19.255.254", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    # As they are, mapped, translated (NAT64, both prefixes), and tunnelled (6to4, Teredo).
    *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:151.101.1.91", "::ffff:0:7f00:1"),
    *("64:ff9b::7f00:1", "64:ff9b::9765:15b", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:9765:15b::1"),
    *("2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1", "2001:20::1", "2001:1ff::1"),
    *("100::1", "100:0:0:1::1", "2001:db8::1", "2620:4f:8000::1", "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1"),
    *("fe80::1", "febf::1", "fec0::1", "ff02::1", "ff0e::1", "4000::1"),
]
REACHABLE = [
    *("1.1.1.1", "8.8.8.8", "100.63.255.254", "100.128.0.1", "151.101.1.91", "172.15.255.254", "172.32.0.1"),
    *("192.0.1.1", "198.17.255.254", "223.255.255.254", "2001:200::1", "2001:4860:4860::8888", "2606:4700:4700::1111"),
    *("2a04:4e42::347", "2620:0:2d0::1"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_not_everybody_may_reach_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", REACHABLE)
def test_other_addresses_are(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", [*PRIVATE, "fe80::1%eth0"])
def test_a_known_name_that_leads_to_such_an_address_is_refused(internet: Internet, address: str) -> None:
    internet.names[FIREFOX] = [[address]]
    with pytest.raises(RefusedError):
        post(endpoint(), {}, b"", 1)
    assert (internet.dialled, internet.canary.heard) == ([], 0)


@pytest.mark.parametrize("addresses", [[PUBLIC, "127.0.0.1"], ["10.0.0.1", PUBLIC], [PUBLIC, PUBLIC, "::1"]])
def test_one_such_address_among_others_is_enough(internet: Internet, addresses: list[str]) -> None:
    internet.names[FIREFOX] = [addresses]
    with pytest.raises(RefusedError):
        post(endpoint(), {}, b"", 1)
    assert (internet.dialled, internet.canary.heard, internet.service.heard) == ([], 0, [])


def test_without_that_check_the_canary_would_hear_it(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    internet.names[FIREFOX] = [["127.0.0.1"]]
    monkeypatch.setattr(guard, "is_public", lambda _address: True)
    assert post(endpoint(), {}, b"", 1) == Answer(None)
    assert internet.canary.heard == 1


def test_a_name_is_looked_up_once_and_what_was_checked_is_dialled(internet: Internet) -> None:
    """Between a check and the connection, the owner of a name could let it lead elsewhere."""
    internet.names[FIREFOX] = [[PUBLIC], ["127.0.0.1"]]
    assert post(endpoint(), {}, b"", 5) == Answer(201)
    assert (internet.looked_up, internet.dialled) == ([FIREFOX], [PUBLIC])
    with pytest.raises(RefusedError):
        post(endpoint(), {}, b"", 5)
    assert (len(internet.service.heard), internet.canary.heard) == (1, 0)


def test_it_is_sent_once_to_the_host_of_that_name(internet: Internet) -> None:
    assert post(endpoint("a?b=%20c"), {"TTL": "1"}, b"sealed", 5) == Answer(201)
    [(path, headers, body)] = internet.service.heard
    assert (path, body) == ("/wpush/v2/a?b=%20c", b"sealed")
    assert headers == {"Host": FIREFOX, "Accept-Encoding": "identity", "Content-Length": "6", "TTL": "1"}


def test_a_second_address_is_tried_when_the_first_does_not_answer(internet: Internet) -> None:
    internet.names[FIREFOX] = [["151.101.65.91", PUBLIC]]
    internet.cables["151.101.65.91"] = 1
    assert post(endpoint(), {}, b"", 5) == Answer(201)
    assert internet.dialled == ["151.101.65.91", PUBLIC]


def test_a_certificate_for_another_name_is_not_believed(internet: Internet, settings: Settings) -> None:
    settings.PUSH_HOSTS = ["push.example.org"]
    internet.names["push.example.org"] = [[PUBLIC]]
    assert post("https://push.example.org/1", {}, b"", 5) == Answer(None)
    assert (internet.dialled, internet.service.heard) == ([PUBLIC], [])


def test_certificates_are_not_read_anew_for_each_message(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[ssl.SSLContext] = []
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", lambda context, *_: read.append(context))
    assert post(endpoint(), {}, b"", 5) == Answer(201)
    assert read == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nothing_is_followed(internet: Internet, status: int) -> None:
    internet.service.answers["/wpush/v2/one"] = says(status, Location=f"https://127.0.0.1:{internet.canary.port}/")
    assert post(endpoint(), {}, b"", 5) == Answer(status)
    assert (len(internet.looked_up), len(internet.service.heard), internet.canary.heard) == (1, 1, 0)


def test_no_proxy_of_the_environment_is_asked(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{internet.canary.port}")
    assert post(endpoint(), {}, b"", 5) == Answer(201)
    assert internet.canary.heard == 0


def test_what_it_says_about_another_try_is_passed_on(internet: Internet) -> None:
    internet.service.answers["/wpush/v2/one"] = says(429, Retry_After="120")
    assert post(endpoint(), {}, b"", 5) == Answer(429, "120")


SLOW = {
    "says nothing": says_nothing,
    "says a byte of its status now and then": trickles(b"HTTP/1.1 20"),
    "says a byte of its headers now and then": trickles(b"HTTP/1.1 201 Created\r\nLink: "),
    "asks to go on, and never says more": trickles(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 20"),
}


@pytest.mark.parametrize("how", SLOW)
def test_a_service_gets_no_more_time_by_being_slow(internet: Internet, how: str) -> None:
    internet.service.answers["/wpush/v2/one"] = SLOW[how]
    answers: list[Answer] = []
    assert 0.2 < seconds_of(lambda: answers.append(post(endpoint(), {}, b"", 0.3))) < 1.5
    assert answers == [Answer(None)]


def test_nor_by_not_saying_who_it_is(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PushService, "finish_request", lambda service, _line, _address: service.closing.wait(20))
    assert 0.2 < seconds_of(lambda: post(endpoint(), {}, b"", 0.3)) < 1.5


CREATED = b"HTTP/1.1 201 Created\r\n"


@pytest.mark.parametrize("beginning", [CREATED + b"\r\n", CREATED + b"Content-Length: 9999\r\n\r\n"])
def test_what_comes_after_the_headers_is_not_waited_for(internet: Internet, beginning: bytes) -> None:
    internet.service.answers["/wpush/v2/one"] = trickles(beginning)
    answers: list[Answer] = []
    assert seconds_of(lambda: answers.append(post(endpoint(), {}, b"", 5))) < 2
    assert answers == [Answer(201)]


NONSENSE = [b"", b"\r\n", b"220 mail.example.org\r\n", b"HTTP/1.1 abc\r\n\r\n", CREATED + b"X: " + b"x" * 70_000]


@pytest.mark.parametrize("answer", NONSENSE)
def test_what_is_no_answer_is_none(internet: Internet, answer: bytes) -> None:
    internet.service.answers["/wpush/v2/one"] = begins_with(answer)
    assert post(endpoint(), {}, b"", 5) == Answer(None)


def test_neither_is_a_name_that_leads_nowhere(internet: Internet) -> None:
    del internet.names[FIREFOX]
    assert post(endpoint(), {}, b"", 5) == Answer(None)
    assert internet.dialled == []
