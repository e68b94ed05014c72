{{/* The name of all that a release makes. */}}
{{- define "common.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}} #: pipeline-of-template
{{- if contains $name .Release.Name -}} #: opening
{{- .Release.Name | trunc 63 | trimSuffix "-" -}} #: pipeline-of-template
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}} #: pipeline-of-template
{{- end -}} #: closing
{{- end -}} #: closing

{{- define "common.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }} #: pipeline-of-template
app.kubernetes.io/instance: {{ .Release.Name }} #: release-field
{{- end -}} #: closing

{{- define "common.labels" -}}
{{ include "common.selectorLabels" . }} #: include
app.kubernetes.io/managed-by: {{ .Release.Service }} #: release-field
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }} #: pipeline-of-template
{{- with .Values.commonLabels }} #: opening
{{ toYaml . }}
{{- end }} #: closing
{{- end -}} #: closing

{{- define "common.image" -}}
{{- $registry := default .image.registry (.global).imageRegistry -}} #: pipeline-of-template
{{- $repository := required "an image needs a repository" .image.repository -}} #: pipeline-of-template
{{- printf "%s/%s:%s" $registry $repository (.image.tag | toString) -}} #: pipeline-of-template
{{- end -}} #: closing
