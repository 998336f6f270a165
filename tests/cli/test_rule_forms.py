"""The forms of a rule's documentation, for rules as somebody else may write them."""

from rtlog.analyzers.rule_docs import ExampleDoc, OptionDoc, ReferenceDoc, RelatedRule, RuleDoc
from rtlog.cli.rule_pages.rule_markdown import index, nowhere, page, pages
from rtlog.cli.rule_pages.rule_words import certainties, groups, value

BAD = ExampleDoc(
    title="a `delete`",
    tape=["0 > create m1 user", "9 > delete m1 ```"],
    options={"spared": ["s1"]},
    client="livekit-agents@1.4.6",
    severity="warning",
    certainty="likely",
    evidence=[2],
    message="m1 <b>was</b> deleted by @somebody",
)
DOC = RuleDoc(
    code="ACME1",
    name="no-deletes",
    summary="Deletes | and <script>.",
    severity="warning",
    certainties=["likely"],
    needs=[],
    what="It names some_field and `item.id`.",
    why="It *hurts*.",
    remedy="Do [nothing](https://acme.example).",
    look_alikes=[],
    options=[OptionDoc(name="spared", default=[], help="one | two")],
    leads_to=[RelatedRule(code="ACME2", name=None), RelatedRule(code="RT107", name="unknown-item")],
    explained_by=[],
    references=[ReferenceDoc(text="acme/voice#12", url="https://github.com/acme/voice/issues/12")],
    bad=[BAD],
    good=[],
)
LINKS = {"RT107": "RT107.md"}


def test_what_a_rule_says_cannot_break_its_page():
    text = page(DOC, nowhere)

    for shown in (
        "It names `some_field` and `item.id`.",
        "It `*hurts*`.",
        "Do `[nothing](https://acme.example`).",
        "| `spared` | `[]` | one `\\|` two |",
        "m1 `<b>was</b>` deleted by `@somebody`",
    ):
        assert shown in text
    assert "\n````text\n  0 > create m1 user\n* 9 > delete m1 ```\n````\n" in text


def test_the_page_says_what_an_example_assumes():
    assert 'With `spared = ["s1"], client = "livekit-agents@1.4.6"`:' in page(DOC, nowhere)


def test_sections_without_content_are_left_out():
    text = page(DOC, nowhere)

    assert "## Found in\n" in text
    assert "Not found in" not in text
    assert "looks like it" not in text
    assert "It explains ACME2, RT107 unknown-item." in text
    assert "It is explained by" not in text


def test_rules_are_linked_where_they_are_documented():
    assert "It explains ACME2, [RT107](RT107.md) unknown-item." in page(DOC, LINKS.get)
    assert "| ACME1 no-deletes | ACME2, [RT107](RT107.md) |  |" in index([DOC], LINKS.get)


def test_one_rule_is_a_page_and_several_are_chapters():
    assert pages([DOC]).startswith("# ACME1: no-deletes\n")
    assert pages([DOC, DOC.model_copy(update={"code": "RT107"})]).startswith("# Rules\n\n## ACME1: no-deletes\n")


def test_rules_of_others_stand_under_a_heading_of_their_own():
    ours = DOC.model_copy(update={"code": "RT901"})

    assert groups([ours, DOC]) == {"RT9xx: The recording itself": [ours], "Installed rules": [DOC]}


def test_values_are_written_as_toml_does():
    assert [value(of) for of in (10, 0.5, True, "a", ["a", 'b"'], [])] == [
        "10",
        "0.5",
        "true",
        '"a"',
        '["a", "b\\""]',
        "[]",
    ]


def test_how_sure_a_rule_is_comes_from_its_examples():
    def said(*certain: str) -> str:
        return certainties(DOC.model_copy(update={"certainties": list(certain)}))

    assert said() == "as each finding says"
    assert said("proven") == "proven"
    assert said("proven", "likely") == "proven or likely"
    assert said("proven", "likely", "possible") == "proven, likely or possible"
