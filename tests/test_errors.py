from lyricscli.errors import EXIT_BY_REASON, ExitCode
from lyricscli.models import Reason


def test_every_reason_has_an_exit_code():
    assert set(EXIT_BY_REASON) == set(Reason)


def test_exit_codes_are_those_of_the_contract():
    assert {code.value for code in ExitCode} == {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 70, 130, 143}
