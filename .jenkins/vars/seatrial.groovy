// Step of a shared library for Jenkins: runs a Seatrial binary that is on the agent, publishes its tests, and ends the build as it ended.
// A failed trial is UNSTABLE, a broken one (exit code 3) or wrong usage (2) is FAILURE.
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

/**
 * Options, all of them optional: `command` (run), `binary` (seatrial from PATH), `config`, `environments`, `images`, `arguments` (lists, or
 * text with one per line), `results` (directory for reports, seatrial-results).
 * Gives back the exit code: 0 passed, 1 failed.
 */
def call(Map options = [:]) {
    def known = ['command', 'binary', 'config', 'environments', 'images', 'arguments', 'results']
    def unknown = options.keySet().findAll { !(it in known) }
    if (unknown) {
        error("seatrial: unknown option ${unknown.join(', ')}; expected ${known.join(', ')}")
    }
    def command = options.command ?: 'run'
    if (!(command ==~ /[a-z]+/)) {
        error("seatrial: ${command} is not a command")
    }
    def results = options.results ?: 'seatrial-results'
    def arguments = [command]
    if (options.config) {
        arguments += ['--config', options.config]
    }
    lines(options.environments).each { arguments += ['--environment', it] }
    lines(options.images).each { arguments += ['--image', it] }
    def reports = command in ['run', 'validate', 'deploy', 'test']
    if (reports) {
        arguments += ['--output', 'terminal', '--output', "json=${results}/report.json", '--output', "junit=${results}/tests.xml"]
    }
    arguments.addAll(lines(options.arguments))

    // Values go through the environment only: text in a script would be run.
    def code = 3
    withEnv(["SEATRIAL_STEP_BINARY=${options.binary ?: 'seatrial'}", "SEATRIAL_STEP_ARGUMENTS=${arguments.join('\n')}"]) {
        code = sh(label: "Seatrial ${command}", returnStatus: true, script: '''
            set +x
            set --
            while IFS= read -r argument; do set -- "$@" "$argument"; done <<END
$SEATRIAL_STEP_ARGUMENTS
END
            binary=$SEATRIAL_STEP_BINARY
            unset SEATRIAL_STEP_ARGUMENTS SEATRIAL_STEP_BINARY
            exec "$binary" "$@"
        '''.stripIndent())
    }
    if (reports) {
        junit(testResults: "${results}/tests.xml", allowEmptyResults: true, skipMarkingBuildUnstable: true)
        archiveArtifacts(artifacts: "${results}/**", allowEmptyArchive: true)
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
        default:
            error("Seatrial: broken, exit code ${code}: there is no verdict on the change")
    }
    return code
}

/** A list of texts as it is; a text by its lines. Blank ones are left out. */
private List<String> lines(Object value) {
    if (value == null) {
        return []
    }
    def all = value instanceof Collection ? value.collect { it.toString() } : value.toString().readLines()
    return all.collect { it.trim() }.findAll { it }
}
