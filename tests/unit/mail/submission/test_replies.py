from delegacy.mail.submission.replies import NOT_THIS_SENDER, REPLIES, SIGN_IN_REPLIES, WRONG_PASSWORD
from delegacy.policy.decision import SendDenial
from delegacy.session.signin import SignInDenial


def test_every_denial_has_a_reply_and_all_say_the_same() -> None:
    assert REPLIES.keys() == set(SendDenial)
    assert set(REPLIES.values()) == {NOT_THIS_SENDER}


def test_every_refused_sign_in_has_a_reply_that_tells_nothing() -> None:
    assert SIGN_IN_REPLIES.keys() == set(SignInDenial)
    lasting = {reply for denial, reply in SIGN_IN_REPLIES.items() if denial is not SignInDenial.STORE_UNAVAILABLE}
    assert lasting == {WRONG_PASSWORD}


def test_the_words_are_the_documented_ones() -> None:
    assert NOT_THIS_SENDER == "550 5.7.60 SMTP; Client does not have permissions to send as this sender"
