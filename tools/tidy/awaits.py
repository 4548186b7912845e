"""`co_await` stands alone: a statement of its own, or the whole right-hand side (STYLE: coroutines). A check of text, not of C++:
it knows comments, strings and brackets, and no more."""
import re

AWAIT = re.compile(r"\bco_await\b")
CONTROL = r"(?:(?:if|for|while)\s*(?:constexpr\s*)?\(.*\)\s*|else\s+|do\s+|(?:case\b[^?]*|default\s*):\s*)*"
LEAD = re.compile(rf"^\s*{CONTROL}(?:co_return\s+|PARAPH_CO_CHECK\s*\(\s*|PARAPH_CO_TRY\s*\([^()]*,\s*|static_cast<void>\s*\(\s*|"
                  r"[\w\s:<>,.*&()\[\]-]*[\w\])>]\s*=\s*)?$", re.DOTALL)
TEXT = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)


def blanked(text):
    """The text with comments and strings blanked, every octet at its place."""
    def blank(found):
        kept = re.sub(r"[^\n]", " ", found[0])
        return kept if found[0].startswith("/") else '"' + kept[1:-1] + '"' if len(kept) > 1 else kept
    return TEXT.sub(blank, text)


def lead_of(code, at):
    """From the start of the statement to `at`. A `;` or brace inside closed parentheses (a for header, T{}) does not start one."""
    depth = 0
    for i in range(at - 1, -1, -1):
        if code[i] == ")":
            depth += 1
        elif code[i] == "(":
            depth -= 1
        elif code[i] in ";{}" and depth <= 0 and not (code[i] == "{" and re.match(r"[\w>(,=]", code[i - 1:i])):
            return code[i + 1:at]  # T{ is a temporary, and no block: those have a blank before the brace
    return code[:at]


def tail_of(code, at):
    """What is awaited, up to the end of the statement, or of the parenthesis that the whole stands in."""
    depth = 0
    for i in range(at, len(code)):
        if code[i] in "({[":
            depth += 1
        elif code[i] in ")}]":
            depth -= 1
            if depth < 0:
                return code[at:i]
        elif code[i] == ";" and depth == 0:
            return code[at:i]
    return code[at:]


def outside_brackets(text):
    depth, kept = 0, ""
    for c in text:
        depth += (c in "([") - (c in ")]")
        kept += c if depth == 0 else " "
    return kept


def fault_of(lead, tail):
    if re.search(r"#\s*define", lead):
        return None
    if not LEAD.match(lead):
        return "has company before it: give it a statement of its own, or the whole right-hand side"
    if AWAIT.search(tail):
        return "twice in one statement: give each its own"
    if "{" in re.sub(r"\b\w*(?:Id|Uid|ModSeq)\{[^{}]*\}", "", tail):  # a number with a name has no destructor to call twice
        return "beside a braced temporary or a lambda: give that a name first"
    if tail.lstrip().startswith("(") or re.search(r"\?|&&|\|\|", outside_brackets(tail)):
        return "in an expression that goes on: name its result first"
    return None


def check(name, text):
    if "co_await" not in text or name.startswith("tools/tidy"):
        return
    code = blanked(text)
    for found in AWAIT.finditer(code):
        fault = fault_of(lead_of(code, found.start()), tail_of(code, found.end()))
        if fault:
            yield name, code.count("\n", 0, found.start()) + 1, f"co_await {fault}"
