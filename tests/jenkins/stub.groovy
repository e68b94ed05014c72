// Runs the shared-library step with stand-ins for the steps of Jenkins that it uses, and holds what it did against what is expected.
def step = args[0]
def scratch = new File(args[1])
def binary = new File(scratch, 'seatrial')
binary.text = '#!/bin/sh\nprintf "%s\\n" "$@" > "$CALLS"\nexit "${FAKE_EXIT:-0}"\n'
binary.setExecutable(true)
def calls = new File(scratch, 'calls')

def run = { Map options, int exit ->
    calls.delete()
    def seen = []
    def variables = [:]
    def script = new GroovyShell().parse(new File(step))
    script.metaClass.error = { String message -> seen << "error ${message}".toString(); throw new IllegalStateException(message) }
    script.metaClass.unstable = { String message -> seen << "unstable ${message}".toString() }
    script.metaClass.withEnv = { List<String> all, Closure body ->
        all.each { variables[it.substring(0, it.indexOf('='))] = it.substring(it.indexOf('=') + 1) }
        body()
    }
    script.metaClass.junit = { Map what -> seen << "junit ${what.testResults}".toString() }
    script.metaClass.archiveArtifacts = { Map what -> seen << "archived ${what.artifacts}".toString() }
    script.metaClass.sh = { Map what ->
        assert what.returnStatus
        def builder = new ProcessBuilder('/bin/sh', '-xe', '-c', what.script).directory(scratch).redirectErrorStream(true)
        builder.environment().putAll(variables + [CALLS: calls.path, FAKE_EXIT: exit.toString()])
        def process = builder.start()
        process.outputStream.close()
        def said = process.inputStream.text
        def code = process.waitFor()
        assert code == exit: said
        return code
    }
    def code = null
    try { code = script.call([binary: binary.path] + options) } catch (IllegalStateException expected) { }
    return [code: code, seen: seen, arguments: calls.exists() ? calls.readLines() : []]
}

def reports = ['--output', 'terminal', '--output', 'json=seatrial-results/report.json', '--output', 'junit=seatrial-results/tests.xml']
def published = ['junit seatrial-results/tests.xml', 'archived seatrial-results/**']

def passed = run([images: 'web=r.example/web:1\n\n api=r.example/api:2 ', environments: ['dev', 'test'], config: 'a b.yaml',
    arguments: ['--cluster', 'blanks; $(touch injected) `touch injected` "quoted"']], 0)
assert passed.code == 0
assert passed.seen == published
assert passed.arguments == ['run', '--config', 'a b.yaml', '--environment', 'dev', '--environment', 'test', '--image', 'web=r.example/web:1',
    '--image', 'api=r.example/api:2'] + reports + ['--cluster', 'blanks; $(touch injected) `touch injected` "quoted"']
assert !new File(scratch, 'injected').exists()

assert run([:], 1).with { code == 1 && seen == published + ['unstable Seatrial: the change failed'] }
assert run([:], 2).seen.last() == 'error Seatrial: the command line or the configuration is wrong'
assert run([:], 3).seen.last() == 'error Seatrial: broken, exit code 3: there is no verdict on the change'
assert run([command: 'cleanup'], 0).with { arguments == ['cleanup'] && seen == [] }
assert run([command: 'run; rm'], 0).with { arguments == [] && seen == ['error seatrial: run; rm is not a command'] }
assert run([image: 'web=x'], 0).seen.first().startsWith('error seatrial: unknown option image; expected command,')
println 'ok: the shared-library step'
