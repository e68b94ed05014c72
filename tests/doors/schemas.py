#!/usr/bin/env python3
"""Holds the template for Azure Pipelines, action.yml and every example of a pipeline or workflow against the schemas that Microsoft and GitHub
publish, as check-jsonschema ships them, and lints action.yml and the workflows with zizmor. Broken copies must be refused.

Not here: whether the scripts in them do what they should (tests/doors.rs, tests/action)."""

import copy
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import check_jsonschema
from ruamel.yaml import YAML

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "azure-pipelines/seatrial.yml"
VENDORED = pathlib.Path(check_jsonschema.__file__).parent / "builtin_schemas/vendor"
TOOLS = pathlib.Path(sys.executable).parent
# What zizmor warns of, and the examples mean: they name actions by version so that one can read them, their checkout is what a trial works on,
# the second workflow reads the first one's report as data (`seatrial report`), and a part of a workflow has no permissions in it.
MEANT = ("unpinned-uses", "artipacked", "dangerous-triggers", "excessive-permissions")
# The patterns of Azure's schema have escapes (`\:`) that a pattern of Unicode must not have.
ESCAPES = ("--regex-variant", "nonunicode")


def as_azure_reads(text):
    """Azure Pipelines takes every scalar for a text, and so does its schema, but for the inputs of a task."""
    return with_typed_inputs(YAML(typ="base", pure=True).load(text), YAML(typ="safe", pure=True).load(text))


def with_typed_inputs(texts, typed):
    if isinstance(texts, list):
        return [with_typed_inputs(*pair) for pair in zip(texts, typed)]
    if isinstance(texts, dict):
        # Both have the same keys in the same order, `on` as a text here and as a truth there.
        pairs = zip(texts.items(), typed.values())
        return {key: other if key == "inputs" else with_typed_inputs(value, other) for (key, value), other in pairs}
    return texts


def expanded(node):
    """`- ${{ if … }}: [steps]` stands for its steps: the schema knows what is left when expressions are gone."""
    if isinstance(node, list):
        out = []
        for item in node:
            if isinstance(item, dict) and len(item) == 1 and next(iter(item)).startswith("${{"):
                out.extend(expanded(next(iter(item.values()))))
            else:
                out.append(expanded(item))
        return out
    if isinstance(node, dict):
        return {key: expanded(value) for key, value in node.items()}
    return node


def with_our_task_as_script(node):
    """Azure's schema knows no tasks of others: ours is held against its own definition, and a script stands for it."""
    if isinstance(node, list):
        return [with_our_task_as_script(item) for item in node]
    if not isinstance(node, dict):
        return node
    if not str(node.get("task", "")).startswith("Seatrial@"):
        return {key: with_our_task_as_script(value) for key, value in node.items()}
    task = json.loads((ROOT / "azure-pipelines/task/task.json").read_text())
    assert node["task"] == f"{task['name']}@{task['version']['Major']}", node["task"]
    unknown = set(node.get("inputs", {})) - {name for known in task["inputs"] for name in (known["name"], *known.get("aliases", []))}
    assert not unknown, f"{node['task']} has no input {', '.join(unknown)}"
    rest = {key: value for key, value in node.items() if key not in ("task", "inputs")}
    return {"script": "seatrial", **rest}


def template_schema():
    """The published schema is that of a pipeline; that of a template of steps is one of its definitions."""
    schema = json.loads((VENDORED / "azure-pipelines.json").read_text())
    del schema["oneOf"], schema["$id"]
    return {**schema, "allOf": [{"$ref": "#/definitions/stepsTemplate"}], "required": ["parameters", "steps"]}


def blocks(path, prefix=""):
    """The examples in YAML of a text, without what stands before each of their lines."""
    lines = path.read_text().splitlines()
    lines = [line[len(prefix):].removeprefix(" ") if prefix else line for line in lines if line.startswith(prefix)]
    return re.findall(r"^```yaml\n(.*?)^```$", "\n".join(lines) + "\n", re.DOTALL | re.MULTILINE)


def head_of_template():
    """The example in the comment at the top: what is indented more than the sentences."""
    head = TEMPLATE.read_text().split("\nparameters:")[0].splitlines()
    return "\n".join(line[4:] for line in head if line.startswith("#   ")) + "\n"


def sorted_examples():
    """Pipelines of Azure and workflows of GitHub, by where they stand."""
    sources = [(ROOT / "README.md", ""), (ROOT / "azure-pipelines/overview.md", "")]
    sources += [(ROOT / f"src/report/ci/{name}.rs", "//!") for name in ("azure_pipelines", "github_actions")]
    pipelines, workflows = {"the head of the template": head_of_template()}, {}
    for path, prefix in sources:
        for number, text in enumerate(blocks(path, prefix), 1):
            name = f"{path.relative_to(ROOT)}, example {number}"
            if re.search(r"^on: ", text, re.MULTILINE):
                # An example may begin with the steps of a job.
                job = "jobs:\n  job:\n    runs-on: ubuntu-latest\n    steps:"
                workflows[name] = text.replace("# …", job)
            elif re.search(r"^steps:", text, re.MULTILINE):
                pipelines[name] = text
    return pipelines, workflows


def refused(instance, *schema):
    """What check-jsonschema says against a value; nothing when it fits."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(instance, file)
        file.flush()
        run = subprocess.run([TOOLS / "check-jsonschema", *schema, file.name], capture_output=True, text=True)
    if run.returncode not in (0, 1) or run.stderr:
        sys.exit(f"check-jsonschema failed: {run.stdout}{run.stderr}")
    return run.stdout if run.returncode else ""


def changed(value, path, new):
    """A copy with one value changed, or a key renamed where `new` is a function."""
    value = copy.deepcopy(value)
    *parents, last = path
    at = value
    for step in parents:
        at = at[step]
    at[last] = new
    return value


def lint(action, workflows):
    """zizmor, without the network."""
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory)
        (root / ".github/workflows").mkdir(parents=True)
        (root / "action.yml").write_text(action)
        (root / "zizmor.yml").write_text(json.dumps({"rules": {rule: {"disable": True} for rule in MEANT}}))
        for number, text in enumerate(workflows):
            (root / f".github/workflows/{number}.yml").write_text(text)
        command = [TOOLS / "zizmor", "--offline", "--no-progress", "--config", root / "zizmor.yml", root]
        run = subprocess.run(command, capture_output=True, text=True)
    return run.stdout if run.returncode else ""


def main():
    failures, held = [], 0

    def check(name, said, must_fit=True):
        nonlocal held
        held += 1
        if bool(said) == must_fit:
            failures.append(f"{name}: {said or 'a broken copy was not refused'}")

    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(template_schema(), file)
        file.flush()
        of_template = ("--schemafile", file.name, *ESCAPES)
        template = expanded(as_azure_reads(TEMPLATE.read_text()))
        check("azure-pipelines/seatrial.yml", refused(template, *of_template))
        broken = [
            changed(template, ["parameters", 0, "type"], "text"),
            changed(template, ["parameters", 0, "options"], ["run"]),
            changed(template, ["steps", 0, "displayname"], "Seatrial"),
            changed(template, ["steps", 0, "name"], "sea trial"),
            changed(template, ["steps", 1, "inputs", "testResultFiles"], "tests.xml"),
            changed(template, ["steps", 1, "inputs", "testResultsFormat"], "Junit5"),
            changed(template, ["steps", 1, "task"], "PublishTestResult@2"),
            changed(template, ["steps", 2, "conditions"], "succeededOrFailed()"),
            changed(template, ["step"], []),
        ]
        for number, instance in enumerate(broken):
            check(f"template broken, {number}", refused(instance, *of_template), must_fit=False)

    azure = ("--builtin-schema", "vendor.azure-pipelines", *ESCAPES)
    github = ("--builtin-schema", "vendor.github-workflows")
    pipelines, workflows = sorted_examples()
    assert len(pipelines) >= 4 and len(workflows) >= 4, f"{len(pipelines)} pipelines, {len(workflows)} workflows"
    for name, text in pipelines.items():
        pipeline = with_our_task_as_script(as_azure_reads(text))
        check(name, refused(pipeline, *azure))
        check(f"{name}, broken", refused(changed(pipeline, ["steps", 0], {"chekout": "self"}), *azure), must_fit=False)
    yaml = YAML(typ="safe", pure=True)
    for name, text in workflows.items():
        workflow = yaml.load(text)
        check(name, refused(workflow, *github))
        job = next(iter(workflow["jobs"]))
        check(f"{name}, broken", refused(changed(workflow, ["jobs", job, "step"], []), *github), must_fit=False)
    action = (ROOT / "action.yml").read_text()
    described = ("--builtin-schema", "vendor.github-actions")
    check("action.yml", refused(yaml.load(action), *described))
    check("action.yml, broken", refused(changed(yaml.load(action), ["runs", "using"], "compsite"), *described), must_fit=False)

    check("zizmor", lint(action, workflows.values()))
    check("zizmor, broken", lint(action.replace("$GITHUB_ACTION_PATH", "${{ inputs.config }}"), []), must_fit=False)

    for failure in failures:
        print(failure)
    print(f"{held} checks of template, action and examples, {len(failures)} failed")
    sys.exit(1 if failures else 0)


main()
