"""The kinds of section, and the words songwriters of several languages call them by."""

import re
import unicodedata
from enum import StrEnum
from functools import cache


class SectionKind(StrEnum):
    """What part of a song a section is."""

    INTRO = "intro"
    VERSE = "verse"
    PRE_CHORUS = "pre-chorus"
    CHORUS = "chorus"
    POST_CHORUS = "post-chorus"
    HOOK = "hook"
    REFRAIN = "refrain"
    BRIDGE = "bridge"
    BUILD = "build"
    DROP = "drop"
    BREAK = "break"
    INTERLUDE = "interlude"
    INSTRUMENTAL = "instrumental"
    SOLO = "solo"
    SPOKEN = "spoken"
    RAP = "rap"
    VAMP = "vamp"
    CODA = "coda"
    OUTRO = "outro"
    END = "end"
    STANZA = "stanza"
    """Lines under no header: a paragraph of a text without tags."""
    OTHER = "other"
    """A header whose word we do not know; it is kept as written."""

    @property
    def is_wordless(self) -> bool:
        """Whether a section of this kind is complete without a sung line."""
        return self in _WORDLESS

    @property
    def is_sung_again(self) -> bool:
        """Whether a bare header of this kind asks for the lines of the one before."""
        return self in _SUNG_AGAIN


_WORDLESS = {
    SectionKind.INTRO,
    SectionKind.BUILD,
    SectionKind.DROP,
    SectionKind.BREAK,
    SectionKind.INTERLUDE,
    SectionKind.INSTRUMENTAL,
    SectionKind.SOLO,
    SectionKind.VAMP,
    SectionKind.CODA,
    SectionKind.OUTRO,
    SectionKind.END,
    SectionKind.OTHER,
}
_SUNG_AGAIN = {
    SectionKind.PRE_CHORUS,
    SectionKind.CHORUS,
    SectionKind.POST_CHORUS,
    SectionKind.HOOK,
    SectionKind.REFRAIN,
}

# Words are listed as `plain` leaves them: lower case, without marks, hyphens and spaces.
_WORDS = {
    SectionKind.INTRO: "intro introduction opening prelude entrada introducao einleitung вступление интро "
    "前奏 开场 開場 イントロ 인트로 giris wstep مقدمة",
    SectionKind.VERSE: "verse vers verso verset couplet estrofa estrofe strophe strofa strofe zwrotka kıta "
    "куплет 主歌 第一段 aメロ 벌스 절 मुखड़ा अंतरा مقطع",
    SectionKind.PRE_CHORUS: "prechorus prehook lift climb precoro preestribillo prerefrao prerefrain "
    "prerefrein prerefrang vorrefrain preritornello przedrefren предприпев 导歌 導歌 预副歌 預副歌 bメロ "
    "프리코러스",
    SectionKind.CHORUS: "chorus coro estribillo refrao ritornello refren refrein refrang nakarat kehrvers "
    "припев 副歌 サビ 후렴 코러스 كورس لازمة",
    SectionKind.POST_CHORUS: "postchorus postcoro postestribillo posthook postrefrao postrefrain постприпев "
    "后副歌 포스트코러스",
    SectionKind.HOOK: "hook gancho хук 훅",
    SectionKind.REFRAIN: "refrain",
    SectionKind.BRIDGE: "bridge middle8 middleeight puente ponte pont brucke brygga most kopru бридж 桥段 "
    "橋段 桥 ブリッジ cメロ 브릿지 브리지 جسر",
    SectionKind.BUILD: "build buildup rise riser",
    SectionKind.DROP: "drop beatdrop bassdrop",
    SectionKind.BREAK: "break breakdown beatbreak pause stop",
    SectionKind.INTERLUDE: "interlude interludio interlud zwischenspiel entracte проигрыш 间奏 間奏 간주",
    SectionKind.INSTRUMENTAL: "instrumental instrumentalbreak instrumentale instrument инструментал 纯音乐 "
    "器乐 インスト 연주",
    SectionKind.SOLO: "solo соло 独奏 獨奏 ソロ 솔로",
    SectionKind.SPOKEN: "spoken spokenword narration monologue hablado parlato 独白 念白 セリフ 내레이션",
    SectionKind.RAP: "rap рэп 说唱 說唱 ラップ 랩",
    SectionKind.VAMP: "vamp tag ostinato",
    SectionKind.CODA: "coda кода",
    SectionKind.OUTRO: "outro ending finale closing saida cierre schluss аутро концовка 尾奏 尾声 结尾 結尾 "
    "アウトロ 아웃트로 çıkış zakonczenie خاتمة",
    SectionKind.END: "end fin ende fim 结束 結束 fade fadeout fadetoend bigfinish",
}

_SEPARATORS = re.compile(r"[\s\-‐-―_.·]+")


@cache
def _kind_by_word() -> dict[str, SectionKind]:
    return {plain(word): kind for kind, words in _WORDS.items() for word in words.split()}


def plain(words: str) -> str:
    """Fold a section's name to how the vocabulary lists it: no case, marks, hyphens or spaces."""
    folded = unicodedata.normalize("NFKD", words.casefold())
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    return unicodedata.normalize("NFKC", _SEPARATORS.sub("", bare))


def kind_of(words: str) -> SectionKind | None:
    """Return the kind that exactly these words name, or None."""
    return _kind_by_word().get(plain(words))
