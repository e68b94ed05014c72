{{- define "shop.labels" -}}
app: shop
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}
