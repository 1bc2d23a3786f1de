"""Records what jinja2 makes of the templates in recorded-templates.json, in the environment that transformers builds.

    python3 record.py            # jinja2 3.1.6 (python3-jinja2 of a distribution will do; what differs is printed)

A new case is an entry {"topic", "template"}; one with "refused" stays as it is: jinja2 renders it, and we do not.
"""
import datetime, json, pathlib, re
import jinja2, jinja2.ext
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
environment.filters["tojson"] = tojson
environment.globals["raise_exception"] = raise_exception
environment.globals["strftime_now"] = datetime.datetime(2026, 3, 5, 9, 7, 4).strftime

file = pathlib.Path(__file__).with_name("recorded-templates.json")
recorded = json.loads(file.read_text())
for case in recorded["cases"]:
    if "refused" in case:
        continue
    before = (case.pop("expected", None), case.pop("error", None))
    try:
        case["expected"] = environment.from_string(case["template"]).render(
            messages=[dict(m) for m in recorded["messages"]], add_generation_prompt=True, tools=None, documents=None,
            bos_token="<s>", eos_token="</s>")
    except Exception as e:
        case["error"] = f"{type(e).__name__}: {e}".split("\n")[0][:120]
    if re.search(" at 0x[0-9a-f]{8}", case.get("expected", "")):
        raise SystemExit(f"an address is no text to compare with: {case['template']}")
    if before != (None, None) and (before[0] != case.get("expected")):
        print(f"{case['template']}\n  before: {before[0] if before[0] is not None else before[1]}\n  now:    {case.get('expected', case.get('error'))}")
file.write_text(json.dumps(recorded, ensure_ascii=True, indent=1) + "\n")
