{{- define "plain" -}}plain {{ . }}{{- end -}}
{{- define "lines" }}
a: 1
b: {{ .Values.n }}
{{- end -}}
{{- define "nothing" }}{{ end -}}
{{- define "missing" }}[{{ .Values.absent }}]{{ end -}}
{{- define "fails" }}{{ fail "no luck" }}{{ end -}}
{{- define "requires" }}{{ required "give me a value" .Values.absent }}{{ end -}}
{{- define "wrong" }}{{ trunc "x" "y" }}{{ end -}}
{{- define "outer" }}<{{ include "plain" "inner" }}>{{ end -}}
{{- define "endless" }}{{ include "endless" . }}{{ end -}}
{{- define "count" }}{{ if gt (int .) 0 }}{{ include "count" (sub (int .) 1) }}{{ end }}.{{ end -}}
{{- define "deepfail" }}{{ include "fails" . }}{{ end -}}
{{- define "nested" }}{{ tpl "{{ include \"plain\" . }}" . }}{{ end -}}
