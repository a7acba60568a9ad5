"""Sentences for people: the text is English, and ``zh`` says the same in Chinese."""

from __future__ import annotations

from commandwall.base.chinese import ZH


class Sentence(str):
    """A sentence in both languages: itself in English, :attr:`zh` in Chinese.

    It is made of a template, which is also the key of the Chinese one, and the fields that both
    name: ``Sentence("there is no user {name!r}", name=name)``. A field that is a sentence itself
    appears in the language of the whole. A template without fields stands as it is, braces too; one
    that has no translation (what a device or the system says) is the same in both languages.
    """

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, template: str, /, **fields: object) -> Sentence:
        """Return ``template`` with its ``fields``; a template that is a sentence stays what it is."""
        if isinstance(template, Sentence) and not fields:
            return template
        chinese = ZH.get(template, template)
        if not fields:
            return cls.of(template, chinese)
        in_chinese = {name: getattr(value, "zh", value) for name, value in fields.items()}
        return cls.of(template.format(**fields), chinese.format(**in_chinese))

    @classmethod
    def of(cls, en: str, zh: str) -> Sentence:
        """Return the sentence that is already in both languages."""
        sentence = str.__new__(cls, en)
        sentence.zh = zh
        return sentence
