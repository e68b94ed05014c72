// Step of a shared library for Jenkins: runs a Seatrial binary that is on the agent, publishes what it wrote, and ends the build as it ended.
// A failed trial is UNSTABLE, a broken one (exit code 3) or wrong usage (2) is FAILURE. `.jenkins/Jenkinsfile` does it without the library.
//
//   @Library('seatrial@VERSION') _
//   …
//   stage('Trial') {
//       steps {
//           withCredentials([usernamePassword(credentialsId: 'github-app', usernameVariable: 'APP', passwordVariable: 'GITHUB_TOKEN')]) {
//               seatrial(images: "shopacr.azurecr.io/shop/web=shopacr.azurecr.io/shop/web:${env.GIT_COMMIT}")
//           }
//       }
//   }
//
// The git plugin must fetch the target branch, too: the refspec `+refs/heads/*:refs/remotes/origin/*` in the branch source.
//
// Tests are published by the plugin JUnit, findings by Warnings, the report as a page by HTML Publisher. The last two may be absent: everything
// is archived, too.

/**
 * Options, all of them optional: `command` (run), `binary` (seatrial from PATH), `config`, `environments`, `images`, `arguments` (lists, or
 * text with one per line), `results` (directory for reports, seatrial-results), `issues` and `html` (true; false leaves findings or page out).
 * Gives back the exit code: 0 passed, 1 failed.
 */
def call(Map options = [:]) {
    def known = ['command', 'binary', 'config', 'environments', 'images', 'arguments', 'results', 'issues', 'html']
    def unknown = options.keySet().findAll { !(it in known) }
    if (unknown) {
        error("seatrial: unknown option ${unknown.join(', ')}; expected ${known.join(', ')}")
    }
    def command = options.command ?: 'run'
    if (!(command ==~ /[a-z]+/)) {
        error("seatrial: ${command} is not a command")
    }
    // It becomes a pattern of Jenkins and an item of a list.
    def results = options.results ?: 'seatrial-results'
    if (!(results ==~ /[^,*?\r\n]+/)) {
        error('seatrial: results: a directory without , * ? in its path is expected')
    }
    ['issues', 'html'].each { if (!(options.get(it, true) instanceof Boolean)) { error("seatrial: ${it}: true or false is expected") } }
    def arguments = [command]
    if (options.config) {
        arguments += ['--config', options.config]
    }
    lines(options.environments).each { arguments += ['--environment', it] }
    lines(options.images).each { arguments += ['--image', it] }
    def reports = command in ['run', 'validate', 'deploy', 'test']
    if (reports) {
        arguments += ['--output', 'terminal', '--output', "json=${results}/report.json", '--output', "junit=${results}/tests.xml"]
        arguments += ['--output', "sarif=${results}/findings.sarif", '--output', "html=${results}/html/"]
    }
    arguments.addAll(lines(options.arguments))

    // Values go through the environment only: text in a script would be run. A workspace may have reports of an earlier build.
    def code = 3
    withEnv(["SEATRIAL_STEP_BINARY=${options.binary ?: 'seatrial'}", "SEATRIAL_STEP_RESULTS=${results}",
             "SEATRIAL_STEP_ARGUMENTS=${arguments.join('\n')}"]) {
        code = sh(label: "Seatrial ${command}", returnStatus: true, script: '''
            set +x
            set --
            while IFS= read -r argument; do set -- "$@" "$argument"; done <<END
$SEATRIAL_STEP_ARGUMENTS
END
            (
                cd -- "$SEATRIAL_STEP_RESULTS" 2>/dev/null || exit 0
                rm -f -- report.json tests.xml findings.sarif html/index.html html/style.css
            )
            binary=$SEATRIAL_STEP_BINARY
            unset SEATRIAL_STEP_ARGUMENTS SEATRIAL_STEP_BINARY SEATRIAL_STEP_RESULTS
            exec "$binary" "$@"
        '''.stripIndent())
    }
    if (reports) {
        publish(results, options)
    }
    switch (code) {
        case 0:
            break
        case 1:
            unstable('Seatrial: the change failed')
            break
        case 2:
            error('Seatrial: the command line or the configuration is wrong')
            break
        case [126, 127]:
            error("Seatrial: the binary cannot be run (exit code ${code}): put seatrial for this machine on PATH, or give its path as `binary`")
            break
        default:
            error("Seatrial: broken, exit code ${code}: there is no verdict on the change")
    }
    return code
}

/** Tests, findings and page, each by its plugin, and all of it as artifacts. */
private void publish(String results, Map options) {
    junit(testResults: "${results}/tests.xml", allowEmptyResults: true, skipMarkingBuildUnstable: true)
    if (options.issues != false) {
        withPlugin('Warnings', ['recordIssues', 'sarif']) {
            recordIssues(enabledForFailure: true, tool: sarif(id: 'seatrial', name: 'Seatrial', pattern: "${results}/findings.sarif"))
        }
    }
    if (options.html != false) {
        // Of the page with its style in a file of its own, the policy of Jenkins strips nothing.
        withPlugin('HTML Publisher', ['publishHTML']) {
            publishHTML(target: [reportName: 'Seatrial', reportDir: "${results}/html", reportFiles: 'index.html', keepAll: true,
                                 alwaysLinkToLastBuild: false, allowMissing: true])
        }
    }
    archiveArtifacts(artifacts: "${results}/**", allowEmptyArchive: true)
}

/** Steps of a plugin that may be absent: Jenkins then knows no step of that name, and says so by this error. */
private void withPlugin(String plugin, List<String> names, Closure body) {
    try {
        body()
    } catch (NoSuchMethodError missing) {
        if (!names.any { missing.message?.startsWith("No such DSL method '${it}'") }) {
            throw missing
        }
        echo("Seatrial: the plugin ${plugin} is not installed, its report is only archived")
    }
}

/** A list of texts as it is; a text by its lines. Blank ones are left out. */
private List<String> lines(Object value) {
    if (value == null) {
        return []
    }
    def all = value instanceof Collection ? value.collect { it.toString() } : value.toString().readLines()
    return all.collect { it.trim() }.findAll { it }
}
