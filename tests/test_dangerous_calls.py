"""What runs code from data, or writes where data say, is in no file.

Beyond what ruff's S rules see: they let `torch.load(path, weights_only=flag)` pass, for one.
"""

import ast

import pytest
from closure import ROOT

FILES = sorted(
    path
    for folder in ("src", "stages", "benchmarks", ".ci")
    for path in (ROOT / folder).rglob("*.py")
)
NEVER = {
    *("eval", "exec", "compile", "__import__", "os.system", "os.popen", "os.execv", "pty.spawn"),
    *("yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load"),
    *("pickle.load", "pickle.loads", "pickle.Unpickler", "dill.load", "cloudpickle.load"),
    *("cloudpickle.loads", "joblib.load", "marshal.load", "marshal.loads", "shelve.open"),
    *("pandas.read_pickle", "pd.read_pickle", "torch.hub.load", "torch.jit.load"),
    *("commands.getoutput", "subprocess.getoutput", "subprocess.getstatusoutput"),
    *("shutil.unpack_archive", "tempfile.mktemp"),
}
# Mutants are the project's own source; Markdown is no HTML, and `as_text` sees to names from data.
ALLOWED = {("benchmarks/mutants.py", "compile"), ("src/pairdx/sharing/datasheet.py", "autoescape")}
SWITCHES = {  # keyword arguments, and the one value that they may have
    "shell": False,
    "allow_pickle": False,
    "trust_remote_code": False,
    "weights_only": True,
    "autoescape": True,
    "verify": True,
}
METHODS = {"extractall"}  # of archives: members are read by name and checked


def dotted(node):
    """``a.b.c`` of a call's function, as far as it is names."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def faults(source, file=""):
    """What is not allowed in a source, each with its line."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func)
        if name in NEVER and (file, name) not in ALLOWED:
            found.append((node.lineno, name))
        if name.rpartition(".")[2] in METHODS:
            found.append((node.lineno, name))
        keywords = {one.arg: one.value for one in node.keywords}
        for switch, value in SWITCHES.items():
            said = keywords.get(switch) if (file, switch) not in ALLOWED else None
            if said is not None and not (isinstance(said, ast.Constant) and said.value is value):
                found.append((node.lineno, f"{switch} is not {value}"))
        if name == "torch.load" and "weights_only" not in keywords:
            found.append((node.lineno, "torch.load without weights_only=True"))
    return found


@pytest.mark.parametrize(
    "source",
    [
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "torch.load(path, weights_only=flag)",
        "eval(text)",
        "yaml.load(text, Loader)",
        "subprocess.run(f'ls {name}', shell=True)",
        "subprocess.run(line, shell=quick)",
        "os.system(line)",
        "np.load(path, allow_pickle=True)",
        "AutoModel.from_pretrained(name, trust_remote_code=True)",
        "archive.extractall(folder)",
        "jinja2.Environment(autoescape=False)",
        "requests.get(url, verify=False)",
    ],
)
def test_each_is_found(source):
    assert faults(source)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_runs_code_from_data(path):
    file = str(path.relative_to(ROOT))
    assert faults(path.read_text(encoding="utf-8"), file) == []
