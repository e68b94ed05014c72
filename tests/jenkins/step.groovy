// Runs the shared-library step with stand-ins for the steps of Jenkins that it uses, and holds what it did against what is expected.
def step = new File(args[0], '.jenkins/vars/seatrial.groovy')
def scratch = new File(args[1])
def binary = new File(scratch, 'seatrial')
def calls = new File(scratch, 'calls')

def run = { Map options, int exit, Set<String> missing = [] ->
    calls.delete()
    def jenkins = new Jenkins(scratch)
    jenkins.missing = missing
    jenkins.variables = [CALLS: calls.path, FAKE_EXIT: exit.toString()]
    def script = jenkins.install(new GroovyShell().parse(step))
    def code = null
    try { code = script.call([binary: binary.path] + options) } catch (IllegalStateException expected) { }
    return [code: code, seen: jenkins.seen, arguments: calls.exists() ? calls.readLines() : []]
}

def reports = ['--output', 'terminal', '--output', 'json=seatrial-results/report.json', '--output', 'junit=seatrial-results/tests.xml',
    '--output', 'sarif=seatrial-results/findings.sarif', '--output', 'html=seatrial-results/html/']
def tests = 'junit seatrial-results/tests.xml'
def issues = 'issues seatrial-results/findings.sarif'
def page = 'page seatrial-results/html/index.html'
def archived = 'archived seatrial-results/**'
def published = [tests, issues, page, archived]

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

// A long input arrives whole.
def long_ = 'x' * 100_000
assert run([arguments: [long_]], 0).arguments.last() == long_

// Plugins that are not there are said in a line, and nothing else changes.
def archivedOnly = { String plugin -> "said Seatrial: the plugin ${plugin} is not installed, its report is only archived".toString() }
assert run([:], 0, ['recordIssues', 'sarif'] as Set).with { code == 0 && seen == [tests, archivedOnly('Warnings'), page, archived] }
assert run([:], 0, ['sarif'] as Set).seen == [tests, archivedOnly('Warnings'), page, archived]
assert run([:], 1, ['publishHTML'] as Set).with { code == 1 && seen == [tests, issues, archivedOnly('HTML Publisher'), archived, 'unstable Seatrial: the change failed'] }
// A plugin that is broken is not one that is absent.
def broken = new Jenkins(scratch)
broken.variables = [CALLS: calls.path]
def script = broken.install(new GroovyShell().parse(step), [recordIssues: { Map what -> throw new NoSuchMethodError('hudson.Util.gone()V') }])
def thrown = null
try { script.call([binary: binary.path]) } catch (NoSuchMethodError error) { thrown = error.message }
assert thrown == 'hudson.Util.gone()V'

assert run([issues: false], 0).seen == [tests, page, archived]
assert run([html: false], 0).seen == [tests, issues, archived]
assert run([html: 'no'], 0).with { arguments == [] && seen == ['error seatrial: html: true or false is expected'] }
assert run([results: 'out/ci'], 0).seen == ['junit out/ci/tests.xml', 'issues out/ci/findings.sarif', 'page out/ci/html/index.html', 'archived out/ci/**']
['a,b', 'a/*', 'a\nb'].each { directory ->
    assert run([results: directory], 0).with { arguments == [] && seen == ['error seatrial: results: a directory without , * ? in its path is expected'] }
}

// Reports of an earlier build are gone before the binary runs, and nothing else is.
def results = new File(scratch, 'seatrial-results')
new File(results, 'html').mkdirs()
def stale = ['report.json', 'tests.xml', 'findings.sarif', 'html/index.html', 'html/style.css'].collect { new File(results, it) }
(stale + [new File(results, 'kept.txt')]).each { it.text = 'earlier' }
assert run([:], 2).arguments != []
assert stale.every { !it.exists() } && new File(results, 'kept.txt').exists()

// A binary that is missing, or for another machine.
def foreign = new File(scratch, 'foreign')
foreign.bytes = ([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [0] * 57) as byte[]
foreign.setExecutable(true)
[(new File(scratch, 'nowhere').path): 127, 'not-on-path': 127, (foreign.path): 126].each { path, code ->
    def expected = "error Seatrial: the binary cannot be run (exit code ${code}): put seatrial for this machine on PATH, or give its path as `binary`".toString()
    assert run([binary: path], 0).seen == published + [expected]
}
println 'ok: the shared-library step'
