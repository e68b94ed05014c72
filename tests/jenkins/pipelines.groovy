// Runs the Jenkinsfile and every example in Groovy of README.md with stand-ins for the steps of Jenkins.
def root = new File(args[0])
def scratch = new File(args[1])
def binary = new File(scratch, 'seatrial')
def calls = new File(scratch, 'calls')
def results = new File(scratch, 'seatrial-results')

/** What a pipeline did, with the binary on PATH and a variable of the build. */
def run = { String text, int exit ->
    calls.delete()
    def jenkins = new Jenkins(scratch)
    jenkins.variables = [CALLS: calls.path, FAKE_EXIT: exit.toString(), PATH: "${scratch}:/usr/bin:/bin".toString()]
    def library = jenkins.install(new GroovyShell().parse(new File(root, '.jenkins/vars/seatrial.groovy')))
    def binding = new Binding([env: [GIT_COMMIT: '0a1b2c3d']])
    def script = jenkins.install(new GroovyShell(binding).parse(text), jenkins.declarative() + [seatrial: { Map options = [:] -> library.call(options) }])
    def failed = false
    try { script.run() } catch (IllegalStateException expected) { failed = true }
    return [failed: failed, seen: jenkins.seen, arguments: calls.exists() ? calls.readLines() : []]
}

def outputs = ['--output', 'terminal', '--output', 'json=seatrial-results/report.json', '--output', 'junit=seatrial-results/tests.xml',
    '--output', 'sarif=seatrial-results/findings.sarif', '--output', 'html=seatrial-results/html/']
def published = ['junit seatrial-results/tests.xml', 'issues seatrial-results/findings.sarif', 'page seatrial-results/html/index.html', 'archived seatrial-results/**']

def jenkinsfile = new File(root, '.jenkins/Jenkinsfile').text
results.mkdirs()
new File(results, 'tests.xml').text = 'earlier'
assert run(jenkinsfile, 0).with { !failed && arguments == ['run'] + outputs + ['token secret of github'] && seen == published }
assert !new File(results, 'tests.xml').exists()
[1, 2, 3].each { code ->
    assert run(jenkinsfile, code).with { failed && seen == ["failed with ${code}".toString()] + published }
}

def examples = (new File(root, 'README.md').text =~ /(?ms)^```groovy\n(.*?)^```$/).collect { it[1] }
assert examples.size() >= 1
examples.each { example ->
    assert run(example, 0).with { !failed && arguments.first() == 'run' && seen.first() == published.first() }: example
}
println "ok: the Jenkinsfile and ${examples.size()} examples"
