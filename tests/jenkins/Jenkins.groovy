/**
 * Stand-ins for the steps of Jenkins that we use: shell scripts are run, everything else is written down. What Jenkins does with a step that no
 * plugin brings is done here, too.
 */
class Jenkins {
    final File workspace
    final List<String> seen = []
    /** Steps of plugins that are not installed. */
    Set<String> missing = []
    /** What the shell sees, beside what steps add. */
    Map<String, String> variables = [:]
    private final List<Map<String, String>> scopes = []

    Jenkins(File workspace) {
        this.workspace = workspace
    }

    /** Gives a script the steps. `extra` are global variables of shared libraries. */
    Script install(Script script, Map<String, Closure> extra = [:]) {
        def steps = [
            error: { String message -> note("error ${message}"); throw new IllegalStateException(message) },
            unstable: { String message -> note("unstable ${message}") },
            echo: { String message -> note("said ${message}") },
            withEnv: { List<String> all, Closure body -> within(all.collectEntries { [it.substring(0, it.indexOf('=')), it.substring(it.indexOf('=') + 1)] }, body) },
            string: { Map what -> [(what.variable): "secret of ${what.credentialsId}".toString()] },
            usernamePassword: { Map what -> [(what.usernameVariable): 'user', (what.passwordVariable): "secret of ${what.credentialsId}".toString()] },
            withCredentials: { List<Map> all, Closure body -> within(all.sum(), body) },
            sarif: { Map what -> assert what.keySet() == ['id', 'name', 'pattern'] as Set; what },
            recordIssues: { Map what -> assert what.enabledForFailure; note("issues ${what.tool.pattern}") },
            publishHTML: { Map what -> assert what.target.allowMissing; note("page ${what.target.reportDir}/${what.target.reportFiles}") },
            junit: { Map what -> assert what.allowEmptyResults; note("junit ${what.testResults}") },
            archiveArtifacts: { Map what -> assert what.allowEmptyArchive; note("archived ${what.artifacts}") },
            sh: this.&sh,
        ] + extra
        steps.each { name, step ->
            script.metaClass[name] = missing.contains(name)
                ? { Object... ignored -> throw new NoSuchMethodError("No such DSL method '${name}' found among steps [error, sh]") } : step
        }
        return script
    }

    /** A declarative pipeline, as far as ours go: stages one after another, `post { always }` behind the steps of a stage. */
    Map<String, Closure> declarative() {
        def run = { Closure body -> body() }
        def steps = []
        def posts = []
        return [
            pipeline: run, agent: run, options: run, stages: run, always: run,
            library: { String name -> assert name.contains('@') },
            label: { String name -> name },
            timeout: { Map what -> assert what.time > 0 },
            steps: { Closure body -> steps << body },
            post: { Closure body -> posts << body },
            stage: { String name, Closure body ->
                body()
                def failure = null
                try { steps.each { it() } } catch (IllegalStateException failed) { failure = failed }
                posts.each { it() }
                steps.clear()
                posts.clear()
                if (failure) { throw failure }
            },
        ]
    }

    private Object sh(Object what) {
        def script = what instanceof Map ? what.script : what.toString()
        def builder = new ProcessBuilder('/bin/sh', '-xe', '-c', script).directory(workspace).redirectErrorStream(true)
        builder.environment().putAll(variables)
        scopes.each { builder.environment().putAll(it) }
        def process = builder.start()
        process.outputStream.close()
        def said = process.inputStream.text
        def code = process.waitFor()
        if (what instanceof Map && what.returnStatus) {
            return code
        }
        if (code != 0) {
            note("failed with ${code}")
            throw new IllegalStateException("script returned exit code ${code}: ${said}")
        }
        return null
    }

    private Object within(Map<String, String> variables, Closure body) {
        scopes << variables
        try { return body() } finally { scopes.remove(scopes.size() - 1) }
    }

    private void note(Object what) {
        seen << what.toString()
    }
}
