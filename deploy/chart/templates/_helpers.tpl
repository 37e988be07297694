{{- define "genesis-connect.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{- define "genesis-connect.fullname" -}}
{{- $name := include "genesis-connect.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "genesis-connect.selector" -}}
app.kubernetes.io/name: {{ include "genesis-connect.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "genesis-connect.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "genesis-connect.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "genesis-connect.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "genesis-connect.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end }}

{{- define "genesis-connect.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end }}

{{/* What the worker file says: the user's, and what follows from the mode. */}}
{{- define "genesis-connect.workerFile" -}}
{{- $http := dict "enabled" true "port" (int .Values.http.port) -}}
{{- $own := dict -}}
{{- if eq .Values.mode "workers" -}}
{{- $_ := set $http "host" "0.0.0.0" -}}
{{- $_ := set $http "advertised_host" (eq .Values.kind "StatefulSet" | ternary (printf "${env:POD_NAME}.%s-pods" (include "genesis-connect.fullname" .)) "${env:POD_IP}") -}}
{{- $_ := set $own "group" (dict "enabled" true "id" (default .Release.Name .Values.group.id)) -}}
{{- if .Values.http.insecure }}{{ $_ := set $http "insecure" true }}{{ end -}}
{{- if .Values.http.tls.secret -}}
{{- $_ := set $http "tls" (dict "cert" "/etc/genesis/http-tls/tls.crt" "key" "/etc/genesis/http-tls/tls.key") -}}
{{- end -}}
{{- if .Values.http.auth.users -}}
{{- $users := list -}}
{{- range .Values.http.auth.users -}}
{{- $users = append $users (dict "name" .name "role" .role "password" (printf "${file:/etc/genesis/http-auth/%s}" .name)) -}}
{{- end -}}
{{- $_ := set $http "auth" (dict "users" $users) -}}
{{- end -}}
{{- else -}}
{{- $_ := set $http "host" "127.0.0.1" -}}
{{- end -}}
{{- $_ := set $own "http" $http -}}
{{- mergeOverwrite $own (deepCopy .Values.worker) | toYaml -}}
{{- end }}

{{/* HTTP or HTTPS, as in probes. */}}
{{- define "genesis-connect.scheme" -}}
{{- $http := (include "genesis-connect.workerFile" . | fromYaml).http -}}
{{- if $http.tls }}HTTPS{{ else }}HTTP{{ end -}}
{{- end }}

{{/* A file of a ConfigMap: text as it is, anything else as YAML. Called with its name, its content, what it is, and how else it can come. */}}
{{- define "genesis-connect.file" -}}
{{- $text := kindIs "string" .content | ternary .content (toYaml .content) -}}
{{- if gt (len $text) 1000000 -}}
{{- fail (printf "%s %s has %d bytes, more than a ConfigMap holds (1 MiB): %s" .what .name (len $text) .remedy) -}}
{{- end -}}
{{- printf "%s: |" (.name | quote) | nindent 2 -}}
{{- $text | nindent 4 -}}
{{- end }}

{{- define "genesis-connect.check" -}}
{{- $models := .Values.models -}}
{{- $sources := list -}}
{{- if or $models.files $models.configMaps }}{{ $sources = append $sources "models.files and models.configMaps" }}{{ end -}}
{{- if $models.urls }}{{ $sources = append $sources "models.urls" }}{{ end -}}
{{- if $models.volume }}{{ $sources = append $sources "models.volume" }}{{ end -}}
{{- if gt (len $sources) 1 }}{{ fail (printf "models come from one place; found %s" (join ", " $sources)) }}{{ end -}}
{{- if and (eq .Values.mode "sidecar") (not .Values.sidecar.containers) }}{{ fail "mode: sidecar needs sidecar.containers, the containers of your application" }}{{ end -}}
{{- $http := (include "genesis-connect.workerFile" . | fromYaml).http -}}
{{- if and (ne .Values.mode "job") (or (not $http.enabled) (ne (int $http.port) (int .Values.http.port))) }}{{ fail "worker.http.enabled, worker.http.port: probes need HTTP at http.port; leave out the first, and set that instead of the second" }}{{ end -}}
{{- if eq .Values.mode "workers" -}}
{{- if not (or $http.insecure (and $http.tls $http.auth)) }}{{ fail "other pods can reach the workers: set http.tls.secret, http.auth.secret and http.auth.users (values.yaml), or http.insecure: true" }}{{ end -}}
{{- if and .Values.http.auth.users (not .Values.http.auth.secret) }}{{ fail "http.auth.users needs http.auth.secret, the Secret with their hashes" }}{{ end -}}
{{- end -}}
{{- if and (ne .Values.mode "workers") (not .Values.connectors) (not .Values.connectorConfigMaps) }}{{ fail (printf "mode: %s needs connectors or connectorConfigMaps" .Values.mode) }}{{ end -}}
{{- end }}

{{- define "genesis-connect.env" -}}
- { name: KAFKA_BROKERS, value: {{ .Values.kafka.brokers | quote }} }
{{- if .Values.registry.url }}
- { name: SCHEMA_REGISTRY_URL, value: {{ .Values.registry.url | quote }} }
{{- end }}
- { name: GENESIS_HTTP_PORT, value: {{ int .Values.http.port | quote }} }
{{- if eq .Values.mode "workers" }}
- name: POD_NAME
  valueFrom: { fieldRef: { fieldPath: metadata.name } }
- name: POD_IP
  valueFrom: { fieldRef: { fieldPath: status.podIP } }
{{- end }}
{{- with .Values.env }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The container of the worker, without what differs by mode: args, ports and probes. */}}
{{- define "genesis-connect.container" -}}
image: {{ include "genesis-connect.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
env:
  {{- include "genesis-connect.env" . | nindent 2 }}
{{- with .Values.envFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  - { name: worker, mountPath: /etc/genesis/worker, readOnly: true }
  - { name: connectors, mountPath: /etc/genesis/connectors, readOnly: true }
  - { name: schemas, mountPath: /etc/genesis/schemas, readOnly: true }
  {{- if eq .Values.mode "workers" }}
  {{- if .Values.http.tls.secret }}
  - { name: http-tls, mountPath: /etc/genesis/http-tls, readOnly: true }
  {{- end }}
  {{- if .Values.http.auth.secret }}
  - { name: http-auth, mountPath: /etc/genesis/http-auth, readOnly: true }
  {{- end }}
  {{- end }}
  {{- if include "genesis-connect.modelVolume" . }}
  - { name: models, mountPath: /etc/genesis/models, readOnly: true }
  {{- end }}
  {{- with .Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
securityContext:
  {{- toYaml .Values.securityContext | nindent 2 }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
{{- end }}

{{/* Empty where models are part of the image. */}}
{{- define "genesis-connect.modelVolume" -}}
{{- if .Values.models.urls -}}
emptyDir: { sizeLimit: {{ .Values.models.sizeLimit }} }
{{- else if .Values.models.volume -}}
{{- toYaml .Values.models.volume -}}
{{- else if or .Values.models.files .Values.models.configMaps -}}
projected:
  sources:
    {{- if .Values.models.files }}
    - configMap: { name: {{ include "genesis-connect.fullname" . }}-models }
    {{- end }}
    {{- range .Values.models.configMaps }}
    - configMap: { name: {{ . }} }
    {{- end }}
{{- end -}}
{{- end }}

{{- define "genesis-connect.volumes" -}}
- name: worker
  configMap: { name: {{ include "genesis-connect.fullname" . }}-worker }
- name: connectors
  projected:
    sources:
      - configMap: { name: {{ include "genesis-connect.fullname" . }}-connectors }
      {{- range .Values.connectorConfigMaps }}
      - configMap: { name: {{ . }} }
      {{- end }}
- name: schemas
  projected:
    sources:
      - configMap: { name: {{ include "genesis-connect.fullname" . }}-schemas }
      {{- range .Values.schemaConfigMaps }}
      - configMap: { name: {{ . }} }
      {{- end }}
{{- if eq .Values.mode "workers" }}
{{- with .Values.http.tls.secret }}
- name: http-tls
  secret: { secretName: {{ . }} }
{{- end }}
{{- with .Values.http.auth.secret }}
- name: http-auth
  secret: { secretName: {{ . }} }
{{- end }}
{{- end }}
{{- with include "genesis-connect.modelVolume" . }}
- name: models
  {{- . | nindent 2 }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The init container that downloads models; nothing where none are to be downloaded. */}}
{{- define "genesis-connect.fetchModels" -}}
{{- if .Values.models.urls -}}
- name: models
  image: {{ include "genesis-connect.image" . }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  command: [node, deploy/fetch-models.js, /etc/genesis/worker/models.json, /etc/genesis/models]
  env:
    {{- include "genesis-connect.env" . | nindent 4 }}
  {{- with .Values.envFrom }}
  envFrom:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  volumeMounts:
    - { name: worker, mountPath: /etc/genesis/worker, readOnly: true }
    - { name: models, mountPath: /etc/genesis/models }
    {{- with .Values.extraVolumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  securityContext:
    {{- toYaml .Values.securityContext | nindent 4 }}
  resources:
    {{- toYaml .Values.resources | nindent 4 }}
{{- end -}}
{{- end }}

{{/* Metadata of a pod. What the worker does not follow by itself restarts it; connector files and their models and schemas are followed. */}}
{{- define "genesis-connect.podMetadata" -}}
labels:
  {{- include "genesis-connect.selector" . | nindent 2 }}
  {{- with .Values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
annotations:
  checksum/worker: {{ include "genesis-connect.workerFile" . | sha256sum }}
  checksum/model-urls: {{ .Values.models.urls | toJson | sha256sum }}
  {{- with .Values.podAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{/* What pods of every mode have. */}}
{{- define "genesis-connect.podSettings" -}}
serviceAccountName: {{ include "genesis-connect.serviceAccount" . }}
automountServiceAccountToken: false
terminationGracePeriodSeconds: {{ int64 .Values.terminationGracePeriodSeconds }}
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/*
The factor (at most 2) by which to multiply the workers to meet the rate, if more than a tenth of it is missing; otherwise 0.
Called with the matchers of this release's series. README.md has the same for prometheus-adapter.
*/}}
{{- define "genesis-connect.shortfall" -}}
clamp_max(
  sum(genesis_target_records_per_second{ {{- . -}} })
    / (sum(genesis_target_records_per_second{ {{- . -}} }) - sum(genesis_lag_records_per_second{ {{- . -}} })),
  2
)
  and sum(genesis_lag_records_per_second{ {{- . -}} }) > 0.1 * sum(genesis_target_records_per_second{ {{- . -}} })
  or vector(0)
{{- end }}
