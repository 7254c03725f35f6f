from lyricscli.models import TaskStatus


def test_only_final_statuses_end_a_wait():
    assert {status for status in TaskStatus if status.is_final} == {
        TaskStatus.COMPLETE,
        TaskStatus.PARTIAL,
        TaskStatus.FAILED,
    }
