"""What is put right in the code that the generator writes, language by language; nothing else is changed.

The generator is given a stand-in for the body, and the body is put in here, because its own quoting is wrong for some
values:

- Python, JavaScript, Swift: a backslash in a value is not doubled, so the sample sends another value or does not
  compile. Swift and Python cannot read its line breaks either.
- PHP: an empty object becomes ``[]``, which is a list. Swift: ``{}`` becomes a list that does not compile.
- Ruby: ``#{…}`` in a value is evaluated. Shell: with an apostrophe in the body, the shell evaluates ``$…`` and
  backquotes.
- PHP: a carriage return is lost on the way. C#: three characters of Unicode end a line, and with it the string.
- Go, Java: right, but a long line of escapes where they can show JSON as it is.

Files: as bodies the generator can only write text, and of a form's files it writes the name (JavaScript), nothing
(Go, Ruby, Java, PHP, C#) or text (Swift). So a sample reads the file and sends it. An answer that is a file is written
to one instead of being printed, when the status is 200: a download may also answer 202, which says to ask again.

Besides:

- Ruby: ``use_ssl`` follows the address, so that one sample is right for http and https; ``hostname`` instead of
  ``host``, which has brackets around an IPv6 address.
- Java: the generator writes statements; they get their imports and a class, and can be run.
- PHP: ``curl_close`` has done nothing since 8.0 and is deprecated since 8.5.
- Swift: the query stays in the address, where the generator leaves it and adds it a second time. Outside Apple's
  systems ``URLSession`` is in a module of its own.
- Shell: the address always stands between apostrophes.

Every mend must find what it replaces, once: a generator that writes something else is noticed, not passed over.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tools.sample_requests import SampleRequest

_CONTROL = re.compile("[\x00-\x1f]")

STAND_IN = '{"certifly-body":"here"}'
FILE_STAND_IN = "certifly-file"


class NotFound(Exception):
    """The generator did not write what was to be mended."""


def mend(code: str, language: str, request: SampleRequest) -> str:
    """The code of a sample as it is shown."""
    lines = code.replace("\r\n", "\n").strip("\n").split("\n")
    return MENDERS[language]("\n".join(line.rstrip() for line in lines), request)


def _replace(code: str, old: str, new: str) -> str:
    if code.count(old) != 1:
        raise NotFound(f"{old!r} stands {code.count(old)} times in:\n{code}")
    return code.replace(old, new)


# The body in each language


def _json_text(value: Any, *, indent: int | None = 2) -> str:
    """JSON without the three characters that some languages take for the end of a line."""
    separators = None if indent else (",", ":")
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)
    return re.sub("[\u0085\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", text)


def _indented(text: str, by: str) -> str:
    """Every line but the first further to the right. JSON has no line break within a string."""
    return text.replace("\n", "\n" + by)


@dataclass(frozen=True)
class _Style:
    """How a language writes maps, lists and the three words."""

    brackets: str
    arrow: str
    empty_map: str
    words: tuple[str, str, str]
    quote: Callable[[str], str]
    indent: int


def _literal(value: Any, style: _Style, depth: int) -> str:
    here, below = " " * style.indent * depth, " " * style.indent * (depth + 1)
    if value is None or isinstance(value, bool):
        true, false, null = style.words
        return null if value is None else true if value else false
    if isinstance(value, str):
        return style.quote(value)
    if isinstance(value, int | float):
        return json.dumps(value)
    if not value:
        return "[]" if isinstance(value, list) else style.empty_map
    if isinstance(value, list):
        brackets, items = "[]", [_literal(item, style, depth + 1) for item in value]
    else:
        brackets = style.brackets
        items = [
            f"{style.quote(key)}{style.arrow}{_literal(item, style, depth + 1)}"
            for key, item in value.items()
        ]
    inner = ",\n".join(below + item for item in items)
    return f"{brackets[0]}\n{inner}\n{here}{brackets[1]}"


def _quote_for_php(text: str) -> str:
    if not _CONTROL.search(text):
        escaped = text.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{escaped}'"
    # Only between double quotes has PHP a way to write them.
    escaped = re.sub(r'[\\"$]', lambda found: "\\" + found[0], text)
    written = _CONTROL.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", escaped)
    return f'"{written}"'


# What JSON escapes within a string, Python reads in the same way.
_PYTHON = _Style(
    "{}", ": ", "{}", ("True", "False", "None"), lambda text: json.dumps(text, ensure_ascii=False), 4
)
_PHP = _Style("[]", " => ", "new stdClass()", ("true", "false", "null"), _quote_for_php, 2)


# The languages


def _mend_python(code: str, request: SampleRequest) -> str:
    if request.has_json:
        code = _replace(
            code, 'payload = { "certifly-body": "here" }', f"payload = {_literal(request.body, _PYTHON, 0)}"
        )
    if request.upload:
        code = _replace(code, f'"{FILE_STAND_IN}"', f'open("{request.upload}", "rb")')
    if request.answer_file:
        code = _replace(
            code,
            "print(response.text)",
            "if response.status_code == 200:\n"
            f'    with open("{request.answer_file}", "wb") as file:\n'
            "        file.write(response.content)\n"
            "else:\n"
            "    print(response.text)",
        )
    return code


def _mend_javascript(code: str, request: SampleRequest) -> str:
    imports = []
    if request.has_json:
        code = _replace(code, "{'certifly-body': 'here'}", _indented(_json_text(request.body), "  "))
    if request.upload:
        code = _replace(code, f"'{FILE_STAND_IN}'", f"await readFile('{request.upload}')")
        imports.append("readFile")
    if request.answer_file:
        code = _replace(
            code,
            "  .then(res => res.json())\n  .then(res => console.log(res))\n",
            "  .then(async res => {\n"
            "    if (res.status === 200) {\n"
            f"      await writeFile('{request.answer_file}', Buffer.from(await res.arrayBuffer()));\n"
            "    } else {\n"
            "      console.log(await res.text());\n"
            "    }\n"
            "  })\n",
        )
        imports.append("writeFile")
    elif request.answer == "text":
        code = _replace(code, "res.json()", "res.text()")
    if imports:
        code = f"import {{ {', '.join(imports)} }} from 'node:fs/promises';\n\n{code}"
    return code


def _mend_go(code: str, request: SampleRequest) -> str:
    imports = set(re.findall(r'^\t"(.+)"$', code, re.MULTILINE))
    if request.has_json:
        # A backquote would end the text; JSON has another way to write it.
        text = _json_text(request.body).replace("`", "\\u0060")
        code = _replace(code, json.dumps(STAND_IN), f"`{text}`")
    if request.upload:
        code = _replace(
            code,
            f'payload := strings.NewReader("{FILE_STAND_IN}")',
            f'content, _ := os.ReadFile("{request.upload}")\n\n\tpayload := bytes.NewReader(content)',
        )
        imports = imports - {"strings"} | {"bytes", "os"}
    if request.answer_file:
        code = _replace(
            code,
            "\tfmt.Println(string(body))\n",
            "\tif res.StatusCode == 200 {\n"
            f'\t\tos.WriteFile("{request.answer_file}", body, 0644)\n'
            "\t} else {\n"
            "\t\tfmt.Println(string(body))\n"
            "\t}\n",
        )
        imports |= {"os"}
    lines = "".join(f'\t"{name}"\n' for name in sorted(imports))
    return re.sub(r"import \(\n.*?\)", lambda _: f"import (\n{lines})", code, count=1, flags=re.DOTALL)


def _mend_ruby(code: str, request: SampleRequest) -> str:
    code = code.replace("http.use_ssl = true\n", "")
    code = _replace(
        code,
        "http = Net::HTTP.new(url.host, url.port)\n",
        'http = Net::HTTP.new(url.hostname, url.port)\nhttp.use_ssl = url.scheme == "https"\n',
    )
    if request.has_json:
        text = _indented(_json_text(request.body), "  ")
        code = _replace(code, json.dumps(STAND_IN), f"<<~'JSON'\n  {text}\nJSON")
    if request.upload:
        code = _replace(code, f'"{FILE_STAND_IN}"', f'File.binread("{request.upload}")')
    if request.answer_file:
        code = _replace(
            code,
            "puts response.read_body",
            'if response.code == "200"\n'
            f'  File.binwrite("{request.answer_file}", response.read_body)\n'
            "else\n"
            "  puts response.read_body\n"
            "end",
        )
    return code


def _mend_java(code: str, request: SampleRequest) -> str:
    imports = ["java.net.URI", *(f"java.net.http.Http{name}" for name in ("Client", "Request", "Response"))]
    if request.has_json:
        text = _indented(_json_text(request.body).replace("\\", "\\\\"), "        ")
        code = _replace(code, json.dumps(STAND_IN), f'"""\n        {text}\n        """')
    if request.upload:
        code = _replace(code, f'ofString("{FILE_STAND_IN}")', f'ofFile(Path.of("{request.upload}"))')
        imports.append("java.nio.file.Path")
    if request.answer_file:
        code = _replace(code, "HttpResponse<String>", "HttpResponse<byte[]>")
        code = _replace(code, "BodyHandlers.ofString()", "BodyHandlers.ofByteArray()")
        code = _replace(
            code,
            "System.out.println(response.body());",
            "if (response.statusCode() == 200) {\n"
            f'    Files.write(Path.of("{request.answer_file}"), response.body());\n'
            "} else {\n"
            "    System.out.println(new String(response.body(), StandardCharsets.UTF_8));\n"
            "}",
        )
        imports += ["java.nio.charset.StandardCharsets", "java.nio.file.Files", "java.nio.file.Path"]
    named = "".join(f"import {name};\n" for name in sorted(set(imports)))
    body = _indented(code, "        ")
    return (
        f"{named}\npublic class Main {{\n    public static void main(String[] args) throws Exception {{\n"
        f"        {body}\n    }}\n}}"
    )


def _mend_php(code: str, request: SampleRequest) -> str:
    code = _replace(code, "\ncurl_close($curl);\n", "")
    if request.has_json:
        code = _replace(code, "[\n    'certifly-body' => 'here'\n  ]", _literal(request.body, _PHP, 1))
    if request.upload:
        code = _replace(code, f'"{FILE_STAND_IN}"', f'file_get_contents("{request.upload}")')
    if request.answer_file:
        code = _replace(
            code,
            "} else {\n",
            "} elseif (curl_getinfo($curl, CURLINFO_RESPONSE_CODE) == 200) {\n"
            f'  file_put_contents("{request.answer_file}", $response);\n'
            "} else {\n",
        )
    return code


def _mend_csharp(code: str, request: SampleRequest) -> str:
    if request.has_json:
        # JSON's escapes are C#'s too. Raw literals, which could show the JSON, came with C# 11.
        literal = json.dumps(_json_text(request.body, indent=None), ensure_ascii=False)
        code = _replace(code, json.dumps(STAND_IN), literal)
    if request.upload:
        code = _replace(
            code,
            f'new StringContent("{FILE_STAND_IN}")',
            f'new ByteArrayContent(File.ReadAllBytes("{request.upload}"))',
        )
    if request.answer_file:
        code = _replace(
            code,
            "    var body = await response.Content.ReadAsStringAsync();\n    Console.WriteLine(body);\n",
            "    if ((int)response.StatusCode == 200)\n"
            "    {\n"
            f'        File.WriteAllBytes("{request.answer_file}", await response.Content.ReadAsByteArrayAsync());\n'
            "    }\n"
            "    else\n"
            "    {\n"
            "        Console.WriteLine(await response.Content.ReadAsStringAsync());\n"
            "    }\n",
        )
    return code


_SWIFT_IMPORTS = """\
import Foundation
#if canImport(FoundationNetworking)
import FoundationNetworking
#endif
"""
_SWIFT_BODY = """\
let parameters = ["certifly-body": "here"] as [String : Any?]

let postData = try JSONSerialization.data(withJSONObject: parameters, options: [])
"""
_SWIFT_QUERY = re.compile(
    r"var components = .*?components\.queryItems = components\.queryItems\.map .*?\n\n", re.DOTALL
)


def _mend_swift(code: str, request: SampleRequest) -> str:
    code = _replace(code, "import Foundation\n", _SWIFT_IMPORTS)
    if request.has_json:
        # A raw string ends, or has an escape, only where as many # as it began with follow a quote or a backslash.
        text = _json_text(request.body)
        longest = max(map(len, re.findall(r'["\\](#+)', text)), default=0)
        raw = "#" * (longest + 1)
        code = _replace(code, _SWIFT_BODY, f'let postData = Data({raw}"""\n{text}\n"""{raw}.utf8)\n')
    if request.upload:
        code = _replace(
            code,
            f'Data("{FILE_STAND_IN}".utf8)',
            f'try Data(contentsOf: URL(fileURLWithPath: "{request.upload}"))',
        )
    if "?" in request.target:
        code, times = _SWIFT_QUERY.subn("", code)
        if times != 1:
            raise NotFound(f"the query stands {times} times in:\n{code}")
        code = _replace(code, "URLRequest(url: components.url!)", "URLRequest(url: url)")
    if request.answer_file:
        code = _replace(code, "let (data, _) = ", "let (data, response) = ")
        code = _replace(
            code,
            "print(String(decoding: data, as: UTF8.self))",
            "if (response as? HTTPURLResponse)?.statusCode == 200 {\n"
            f'  try data.write(to: URL(fileURLWithPath: "{request.answer_file}"))\n'
            "} else {\n"
            "  print(String(decoding: data, as: UTF8.self))\n"
            "}",
        )
    return code


def _mend_shell(code: str, request: SampleRequest) -> str:
    code, times = re.subn(r"--url '?([^'\s]+)'?", r"--url '\1'", code)
    if times != 1:
        raise NotFound(f"the address stands {times} times in:\n{code}")
    if request.has_json:
        text = _json_text(request.body).replace("'", "'\\''")
        code = _replace(code, """'\n{\n  "certifly-body": "here"\n}\n'""", f"'\n{text}\n'")
    if request.upload:
        code = _replace(code, f"--data {FILE_STAND_IN}", f"--data-binary '@{request.upload}'")
    if request.answer_file:
        code += f" \\\n  --output '{request.answer_file}' \\\n  --write-out '%{{http_code}}\\n'"
    return code


MENDERS: dict[str, Callable[[str, SampleRequest], str]] = {
    "python": _mend_python,
    "javascript": _mend_javascript,
    "go": _mend_go,
    "ruby": _mend_ruby,
    "java": _mend_java,
    "php": _mend_php,
    "csharp": _mend_csharp,
    "swift": _mend_swift,
    "shell": _mend_shell,
}
