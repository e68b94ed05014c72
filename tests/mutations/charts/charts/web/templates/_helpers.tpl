{{- define "web.image" -}}
{{- include "common.image" (dict "image" .Values.image "global" .Values.global) -}} #: include
{{- end -}} #: closing

{{- define "web.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}} #: opening
{{- include "common.fullname" . -}} #: include
{{- else -}}
default
{{- end -}} #: closing
{{- end -}} #: closing
