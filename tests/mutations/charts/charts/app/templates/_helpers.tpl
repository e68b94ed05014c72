{{- define "app.labels" -}}
{{- $root := .root -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ $root.Release.Name }} #: release-field-of-root
{{- end -}} #: closing

{{- define "app.container" -}}
- name: {{ .name }} #: field
  {{- with .spec.image }} #: opening
  image: {{ printf "%s:%s" .repository (.tag | toString) | quote }} #: field pipeline-of-template
  {{- end }} #: closing
  {{- with .spec.command }} #: opening
  command: {{- toYaml . | nindent 4 }}
  {{- end }} #: closing
  {{- with .spec.env }} #: opening
  env: #: field
    {{- range $key, $value := . }} #: opening
    - name: {{ $key }} #: field
      value: {{ tpl ($value | toString) $.root | quote }} #: field pipeline-of-template
    {{- end }} #: closing
  {{- end }} #: closing
  {{- with .spec.ports }} #: opening
  ports: {{- toYaml . | nindent 4 }}
  {{- end }} #: closing
  {{- with .spec.resources }} #: opening
  resources: {{- toYaml . | nindent 4 }}
  {{- end }} #: closing
{{- end -}} #: closing
