from lyricscli.errors import ExitCode, Reason


def test_every_reason_says_how_a_command_ends_and_what_to_do_next():
    assert all(reason.exit_code and reason.advice for reason in Reason)
    assert Reason("unauthorized") is Reason.UNAUTHORIZED


def test_exit_codes_are_those_of_the_contract():
    assert {code.value for code in ExitCode} == {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 70, 130, 143}
