// Generated from specs/ by `npm run gen`; do not edit. The code is what ajv makes of the schemas
// (https://ajv.js.org, MIT License, Copyright (c) 2015-2021 Evgeny Poberezkin), and has no types.
// @ts-nocheck
import { characterCount, type Validator } from '../../contract/validator.ts';


const validator0 = validate20;
const schema31 = {"$id":"https://aftercommit.dev/schema/config.schema.json","title":"Settings","description":"Every setting: default, unit and environment variable. Defaults < --config FILE < environment < flags.","type":"object","properties":{"databaseUrl":{"description":"The active database: sqlite:PATH, postgres://..., mysql://... or mariadb://...; of several servers the hosts with commas between them. What is no letter or digit in a user, a password or a name is percent-encoded there.","env":"EVT_DATABASE_URL","type":"string","default":"sqlite:./data/events.db","secret":true,"pattern":"^(?:sqlite:.|(?:postgres(?:ql)?|mysql|mariadb)://.)"},"warehouseUrl":{"description":"The warehouse database, where the archiver keeps the history.","env":"EVT_WAREHOUSE_URL","type":"string","default":"sqlite:./data/warehouse.db","secret":true,"pattern":"^(?:sqlite:.|(?:postgres(?:ql)?|mysql|mariadb)://.)"},"host":{"description":"The address to listen on. Without credentials only a loopback address is taken.","env":"EVT_HOST","type":"string","default":"127.0.0.1","minLength":1},"port":{"description":"The port to listen on; 0 takes any free one and prints it.","env":"EVT_PORT","type":"integer","default":8080,"minimum":0,"maximum":65535},"credentials":{"description":"The credentials file. Left out: ./data/credentials.json, and open local mode when that is absent at the start.","env":"EVT_CREDENTIALS","type":["string","null"],"default":null},"streams":{"description":"The streams this node serves, comma separated in the environment.","env":"EVT_STREAMS","type":"array","items":{"type":"string","pattern":"^[a-z][a-z0-9_]{0,29}$"},"minItems":1,"maxItems":100,"uniqueItems":true,"default":["main"]},"services":{"description":"What this node offers, comma separated in the environment.","env":"EVT_SERVICES","type":"array","items":{"type":"string","enum":["generator","poll","push","streams"]},"uniqueItems":true,"default":["generator","poll","push","streams"]},"allowReliable":{"description":"Serve consumers with a cursor; false leaves LIVE only.","env":"EVT_ALLOW_RELIABLE","type":"boolean","default":true},"allowPolling":{"description":"Serve pollEvents; false leaves push only.","env":"EVT_ALLOW_POLLING","type":"boolean","default":true},"archiver":{"description":"Run the archiver inside serve.","env":"EVT_ARCHIVER","type":"boolean","default":false},"archiveFrom":{"description":"The server whose events the command archive copies, like wss://host/rpc, in place of the active database.","env":"EVT_ARCHIVE_FROM","flag":"from","type":["string","null"],"default":null},"readArchive":{"description":"Give readers that begin below what was discarded the rest from the warehouse; always so with the archiver.","env":"EVT_READ_ARCHIVE","type":"boolean","default":false},"exportDir":{"description":"The folder where copies that callers ask for may read and write files, by plain names. Left out: nowhere.","env":"EVT_EXPORT_DIR","type":["string","null"],"default":null},"discarder":{"description":"Run the discarder inside serve.","env":"EVT_DISCARDER","type":"boolean","default":false},"sinks":{"description":"Where else events go: a list of sinks by type (docs/sinks.md). JSON text in the environment.","env":"EVT_SINKS","secret":true,"type":"array","items":{"type":"object"},"maxItems":100,"default":[]},"sinkModules":{"description":"ES modules that register sink types (docs/sinks.md), loaded by serve and relay before they look at the sinks: paths, comma separated in the environment. Those of a configuration file are relative to its folder, others to the working directory.","env":"EVT_SINK_MODULES","type":"array","items":{"type":"string","minLength":1},"maxItems":100,"uniqueItems":true,"default":[]},"sleepMsMin":{"description":"The shortest pause of a reading loop; it is back at it with every event.","env":"EVT_SLEEP_MIN_MS","type":"integer","default":5,"minimum":1,"maximum":60000,"unit":"ms"},"sleepMsMax":{"description":"The longest pause of a reading loop while nothing comes.","env":"EVT_SLEEP_MAX_MS","type":"integer","default":100,"minimum":1,"maximum":600000,"unit":"ms"},"sleepMsStep":{"description":"How much the pause grows each time nothing came.","env":"EVT_SLEEP_STEP_MS","type":"integer","default":5,"minimum":0,"maximum":60000,"unit":"ms"},"watch":{"description":"Be told of commits by other processes, and tell them: LISTEN and NOTIFY on PostgreSQL, data_version on SQLite. Off, they are found when a reading loop looks again.","env":"EVT_WATCH","type":"boolean","default":true},"stateKinds":{"description":"What is kept of the events, item by item (docs/streams.md): a list of kinds with the types of events that write, remove or replace their items. JSON text in the environment.","env":"EVT_STATE_KINDS","type":"array","items":{"type":"object"},"maxItems":100,"default":[]},"stateInvalidate":{"description":"Further types of events that clients of /streams/ping are told of, comma separated in the environment.","env":"EVT_STATE_INVALIDATE","type":"array","items":{"type":"string"},"maxItems":100,"uniqueItems":true,"default":[]},"stateTombstoneMs":{"description":"How long it is kept that an item of the state was removed: who comes again later is given the whole state.","env":"EVT_STATE_TOMBSTONE_MS","type":"integer","default":604800000,"minimum":0,"maximum":315360000000,"unit":"ms"},"pingWindowMs":{"description":"Changes within so long, or half of it at random, are one ping of /streams/ping; 0 = each is one.","env":"EVT_PING_WINDOW_MS","type":"integer","default":0,"minimum":0,"maximum":3600000,"unit":"ms"},"eventBytesMax":{"description":"The largest data of one event, as UTF-8 JSON text.","env":"EVT_EVENT_BYTES_MAX","type":"integer","default":2097152,"minimum":1024,"maximum":2097152,"unit":"bytes"},"batchMax":{"description":"The most events of one batch on the network.","env":"EVT_BATCH_MAX","type":"integer","default":100,"minimum":1,"maximum":1000,"unit":"events"},"requestBytesMax":{"description":"The largest request or frame from a client.","env":"EVT_REQUEST_BYTES_MAX","type":"integer","default":8388608,"minimum":65536,"maximum":67108864,"unit":"bytes"},"queueMax":{"description":"How many events may wait for a flush; more calls are answered DefenseRejected.","env":"EVT_QUEUE_MAX","type":"integer","default":10000,"minimum":1000,"maximum":1000000,"unit":"events"},"queueBytesMax":{"description":"How many bytes of events may wait for a flush.","env":"EVT_QUEUE_BYTES_MAX","type":"integer","default":67108864,"minimum":8388608,"maximum":4294967296,"unit":"bytes"},"windowEventsMax":{"description":"How many recent events of each stream are held in memory.","env":"EVT_WINDOW_EVENTS","type":"integer","default":10000,"minimum":100,"maximum":1000000,"unit":"events"},"windowBytesMax":{"description":"How many bytes of recent events of each stream are held in memory.","env":"EVT_WINDOW_BYTES","type":"integer","default":33554432,"minimum":4194304,"maximum":4294967296,"unit":"bytes"},"inFlightMax":{"description":"The most batches sent to one subscription and not yet acknowledged.","env":"EVT_IN_FLIGHT_MAX","type":"integer","default":16,"minimum":1,"maximum":64,"unit":"batches"},"liveInFlight":{"description":"Batches in flight of a LIVE subscription that does not say how many.","env":"EVT_LIVE_IN_FLIGHT","type":"integer","default":2,"minimum":1,"maximum":64,"unit":"batches"},"ackTimeoutMs":{"description":"How long a push consumer may take to acknowledge a batch before it is disconnected.","env":"EVT_ACK_TIMEOUT_MS","type":"integer","default":30000,"minimum":100,"maximum":3600000,"unit":"ms"},"checkpointMs":{"description":"The least time between two empty batches, which move the cursor of a filtered consumer on.","env":"EVT_CHECKPOINT_MS","type":"integer","default":1000,"minimum":10,"maximum":3600000,"unit":"ms"},"connectionsMax":{"description":"The most WebSocket connections of a node.","env":"EVT_CONNECTIONS_MAX","type":"integer","default":10000,"minimum":1,"maximum":1000000,"unit":"connections"},"subscriptionsMax":{"description":"The most subscriptions and waiting polls of one principal on a node.","env":"EVT_SUBSCRIPTIONS_MAX","type":"integer","default":1000,"minimum":1,"maximum":1000000,"unit":"subscriptions"},"sseConnectionsMax":{"description":"The most clients of /streams/ on a node; more are answered 503.","env":"EVT_SSE_CONNECTIONS_MAX","type":"integer","default":1000,"minimum":1,"maximum":1000000,"unit":"connections"},"ssePrincipalMax":{"description":"The most of them of one principal.","env":"EVT_SSE_PRINCIPAL_MAX","type":"integer","default":100,"minimum":1,"maximum":1000000,"unit":"connections"},"sseBufferBytes":{"description":"How much may wait on the way to one client of /streams/; it reads the database until it has caught up.","env":"EVT_SSE_BUFFER_BYTES","type":"integer","default":262144,"minimum":4096,"maximum":16777216,"unit":"bytes"},"sseStallMs":{"description":"How long a client of /streams/ may take nothing of what waits for it before it is disconnected.","env":"EVT_SSE_STALL_MS","type":"integer","default":60000,"minimum":100,"maximum":3600000,"unit":"ms"},"sseHeartbeatMs":{"description":"A client of /streams/ hears something at least so often, if only a comment, so that no proxy gives the connection up.","env":"EVT_SSE_HEARTBEAT_MS","type":"integer","default":15000,"minimum":10,"maximum":3600000,"unit":"ms"},"sseConnectionMs":{"description":"How long a connection of /streams/ lasts, give or take a tenth, before its client has to come again, for which it may find another node; 0 = for ever.","env":"EVT_SSE_CONNECTION_MS","type":"integer","default":0,"minimum":0,"maximum":86400000,"unit":"ms"},"sseRetryMs":{"description":"How long a client of /streams/ waits before it comes again.","env":"EVT_SSE_RETRY_MS","type":"integer","default":2000,"minimum":1,"maximum":3600000,"unit":"ms"},"sseCheckpointMs":{"description":"The least time between two checkpoints, which tell a client of /streams/events that filters how far it is.","env":"EVT_SSE_CHECKPOINT_MS","type":"integer","default":15000,"minimum":10,"maximum":3600000,"unit":"ms"},"discardLimit":{"description":"The most rows one transaction of the discarder deletes; it takes fewer when that takes long.","env":"EVT_DISCARD_LIMIT","type":"integer","default":10000,"minimum":1,"maximum":100000,"unit":"events"},"retainMs":{"description":"Events that are younger, by the database's clock, are not discarded, nor is what stands behind them. Of several discarders the least counts.","env":"EVT_RETAIN_MS","type":"integer","default":0,"minimum":0,"maximum":315360000000,"unit":"ms"},"workerPeriodMs":{"description":"The longest pause of archiver and discarder while there is nothing to do.","env":"EVT_WORKER_PERIOD_MS","type":"integer","default":1000,"minimum":10,"maximum":3600000,"unit":"ms"},"staleMs":{"description":"A consumer with events to read that has not moved for longer is reported as stale.","env":"EVT_STALE_MS","type":"integer","default":86400000,"minimum":1000,"maximum":31536000000,"unit":"ms"},"retryMaxMs":{"description":"The longest pause before a consumer that fails is given the same again; pauses begin at 100 ms and double.","env":"EVT_RETRY_MAX_MS","type":"integer","default":60000,"minimum":100,"maximum":3600000,"unit":"ms"},"parkedMax":{"description":"The most events that are parked for one consumer; one that has so many waits instead.","env":"EVT_PARKED_MAX","type":"integer","default":1000,"minimum":1,"maximum":100000},"setAsideMs":{"description":"A consumer with events to read that has not moved for longer holds discarding back no more, where there is an archive, until it moves again; 0 = never. Seen to by discarders that go on, not by discard --once.","env":"EVT_SET_ASIDE_MS","type":"integer","default":0,"minimum":0,"maximum":31536000000,"unit":"ms"},"keyRetainMs":{"description":"How long idempotency keys are kept, by the database's clock; a retry that comes later may add its events again. Of several nodes the least counts.","env":"EVT_KEY_RETAIN_MS","type":"integer","default":86400000,"minimum":3600000,"maximum":31536000000,"unit":"ms"},"databasePoolMax":{"description":"The most pooled connections to a database server (SQLite: always one).","env":"EVT_DATABASE_POOL_MAX","type":"integer","default":10,"minimum":2,"maximum":100,"unit":"connections"},"databaseTimeoutMs":{"description":"How long one statement, one wait for a lock, or an idle transaction may take before the database or the node gives it up.","env":"EVT_DATABASE_TIMEOUT_MS","type":"integer","default":10000,"minimum":1000,"maximum":600000,"unit":"ms"},"databaseWaitMs":{"description":"How long a call waits for a database that is away, as while a standby takes over, before it is answered StoreUnavailable.","env":"EVT_DATABASE_WAIT_MS","type":"integer","default":2000,"minimum":0,"maximum":600000,"unit":"ms"},"shutdownMs":{"description":"How long a graceful stop may take.","env":"EVT_SHUTDOWN_MS","type":"integer","default":5000,"minimum":100,"maximum":600000,"unit":"ms"},"logLevel":{"description":"How much is logged to standard error, as JSON lines.","env":"EVT_LOG_LEVEL","type":"string","enum":["debug","info","warn","error","silent"],"default":"info"},"url":{"description":"The server that consumers, publish and tail talk to.","env":"EVT_URL","type":"string","default":"http://127.0.0.1:8080"},"key":{"description":"The key that consumers, publish and tail present, and archive with a server to archive from.","env":"EVT_KEY","type":["string","null"],"default":null,"secret":true}},"additionalProperties":false,"required":["databaseUrl","warehouseUrl","host","port","credentials","streams","services","allowReliable","allowPolling","archiver","archiveFrom","readArchive","exportDir","discarder","sinks","sinkModules","sleepMsMin","sleepMsMax","sleepMsStep","watch","stateKinds","stateInvalidate","stateTombstoneMs","pingWindowMs","eventBytesMax","batchMax","requestBytesMax","queueMax","queueBytesMax","windowEventsMax","windowBytesMax","inFlightMax","liveInFlight","ackTimeoutMs","checkpointMs","connectionsMax","subscriptionsMax","sseConnectionsMax","ssePrincipalMax","sseBufferBytes","sseStallMs","sseHeartbeatMs","sseConnectionMs","sseRetryMs","sseCheckpointMs","discardLimit","retainMs","workerPeriodMs","staleMs","retryMaxMs","parkedMax","setAsideMs","keyRetainMs","databasePoolMax","databaseTimeoutMs","databaseWaitMs","shutdownMs","logLevel","url","key"]};
const func1 = Object.prototype.hasOwnProperty;
const func2 = characterCount;
const pattern4 = new RegExp("^(?:sqlite:.|(?:postgres(?:ql)?|mysql|mariadb)://.)", "u");
const pattern6 = new RegExp("^[a-z][a-z0-9_]{0,29}$", "u");

function validate20(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
/*# sourceURL="https://aftercommit.dev/schema/config.schema.json" */;
let vErrors = null;
let errors = 0;
const evaluated0 = validate20.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.databaseUrl === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "databaseUrl"},message:"must have required property '"+"databaseUrl"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.warehouseUrl === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "warehouseUrl"},message:"must have required property '"+"warehouseUrl"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.host === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "host"},message:"must have required property '"+"host"+"'"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data.port === undefined){
const err3 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "port"},message:"must have required property '"+"port"+"'"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(data.credentials === undefined){
const err4 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "credentials"},message:"must have required property '"+"credentials"+"'"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if(data.streams === undefined){
const err5 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "streams"},message:"must have required property '"+"streams"+"'"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(data.services === undefined){
const err6 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "services"},message:"must have required property '"+"services"+"'"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(data.allowReliable === undefined){
const err7 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "allowReliable"},message:"must have required property '"+"allowReliable"+"'"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(data.allowPolling === undefined){
const err8 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "allowPolling"},message:"must have required property '"+"allowPolling"+"'"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(data.archiver === undefined){
const err9 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "archiver"},message:"must have required property '"+"archiver"+"'"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(data.archiveFrom === undefined){
const err10 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "archiveFrom"},message:"must have required property '"+"archiveFrom"+"'"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(data.readArchive === undefined){
const err11 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "readArchive"},message:"must have required property '"+"readArchive"+"'"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
if(data.exportDir === undefined){
const err12 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "exportDir"},message:"must have required property '"+"exportDir"+"'"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(data.discarder === undefined){
const err13 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "discarder"},message:"must have required property '"+"discarder"+"'"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(data.sinks === undefined){
const err14 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "sinks"},message:"must have required property '"+"sinks"+"'"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(data.sinkModules === undefined){
const err15 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "sinkModules"},message:"must have required property '"+"sinkModules"+"'"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(data.sleepMsMin === undefined){
const err16 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "sleepMsMin"},message:"must have required property '"+"sleepMsMin"+"'"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
if(data.sleepMsMax === undefined){
const err17 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "sleepMsMax"},message:"must have required property '"+"sleepMsMax"+"'"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if(data.sleepMsStep === undefined){
const err18 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "sleepMsStep"},message:"must have required property '"+"sleepMsStep"+"'"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(data.watch === undefined){
const err19 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "watch"},message:"must have required property '"+"watch"+"'"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
if(data.stateKinds === undefined){
const err20 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "stateKinds"},message:"must have required property '"+"stateKinds"+"'"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
if(data.stateInvalidate === undefined){
const err21 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "stateInvalidate"},message:"must have required property '"+"stateInvalidate"+"'"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
if(data.stateTombstoneMs === undefined){
const err22 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "stateTombstoneMs"},message:"must have required property '"+"stateTombstoneMs"+"'"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if(data.pingWindowMs === undefined){
const err23 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "pingWindowMs"},message:"must have required property '"+"pingWindowMs"+"'"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(data.eventBytesMax === undefined){
const err24 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "eventBytesMax"},message:"must have required property '"+"eventBytesMax"+"'"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
if(data.batchMax === undefined){
const err25 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "batchMax"},message:"must have required property '"+"batchMax"+"'"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
if(data.requestBytesMax === undefined){
const err26 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "requestBytesMax"},message:"must have required property '"+"requestBytesMax"+"'"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(data.queueMax === undefined){
const err27 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "queueMax"},message:"must have required property '"+"queueMax"+"'"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
if(data.queueBytesMax === undefined){
const err28 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "queueBytesMax"},message:"must have required property '"+"queueBytesMax"+"'"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
if(data.windowEventsMax === undefined){
const err29 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "windowEventsMax"},message:"must have required property '"+"windowEventsMax"+"'"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if(data.windowBytesMax === undefined){
const err30 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "windowBytesMax"},message:"must have required property '"+"windowBytesMax"+"'"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
if(data.inFlightMax === undefined){
const err31 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "inFlightMax"},message:"must have required property '"+"inFlightMax"+"'"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
if(data.liveInFlight === undefined){
const err32 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "liveInFlight"},message:"must have required property '"+"liveInFlight"+"'"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if(data.ackTimeoutMs === undefined){
const err33 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "ackTimeoutMs"},message:"must have required property '"+"ackTimeoutMs"+"'"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
if(data.checkpointMs === undefined){
const err34 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "checkpointMs"},message:"must have required property '"+"checkpointMs"+"'"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
if(data.connectionsMax === undefined){
const err35 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "connectionsMax"},message:"must have required property '"+"connectionsMax"+"'"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if(data.subscriptionsMax === undefined){
const err36 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "subscriptionsMax"},message:"must have required property '"+"subscriptionsMax"+"'"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
if(data.sseConnectionsMax === undefined){
const err37 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "sseConnectionsMax"},message:"must have required property '"+"sseConnectionsMax"+"'"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
if(data.ssePrincipalMax === undefined){
const err38 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "ssePrincipalMax"},message:"must have required property '"+"ssePrincipalMax"+"'"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
if(data.sseBufferBytes === undefined){
const err39 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "sseBufferBytes"},message:"must have required property '"+"sseBufferBytes"+"'"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
if(data.sseStallMs === undefined){
const err40 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "sseStallMs"},message:"must have required property '"+"sseStallMs"+"'"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
if(data.sseHeartbeatMs === undefined){
const err41 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "sseHeartbeatMs"},message:"must have required property '"+"sseHeartbeatMs"+"'"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
if(data.sseConnectionMs === undefined){
const err42 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "sseConnectionMs"},message:"must have required property '"+"sseConnectionMs"+"'"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
if(data.sseRetryMs === undefined){
const err43 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "sseRetryMs"},message:"must have required property '"+"sseRetryMs"+"'"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
if(data.sseCheckpointMs === undefined){
const err44 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "sseCheckpointMs"},message:"must have required property '"+"sseCheckpointMs"+"'"};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
if(data.discardLimit === undefined){
const err45 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "discardLimit"},message:"must have required property '"+"discardLimit"+"'"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
if(data.retainMs === undefined){
const err46 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "retainMs"},message:"must have required property '"+"retainMs"+"'"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
if(data.workerPeriodMs === undefined){
const err47 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "workerPeriodMs"},message:"must have required property '"+"workerPeriodMs"+"'"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
if(data.staleMs === undefined){
const err48 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "staleMs"},message:"must have required property '"+"staleMs"+"'"};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if(data.retryMaxMs === undefined){
const err49 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "retryMaxMs"},message:"must have required property '"+"retryMaxMs"+"'"};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
if(data.parkedMax === undefined){
const err50 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "parkedMax"},message:"must have required property '"+"parkedMax"+"'"};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
if(data.setAsideMs === undefined){
const err51 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "setAsideMs"},message:"must have required property '"+"setAsideMs"+"'"};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
if(data.keyRetainMs === undefined){
const err52 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "keyRetainMs"},message:"must have required property '"+"keyRetainMs"+"'"};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
if(data.databasePoolMax === undefined){
const err53 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "databasePoolMax"},message:"must have required property '"+"databasePoolMax"+"'"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
if(data.databaseTimeoutMs === undefined){
const err54 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "databaseTimeoutMs"},message:"must have required property '"+"databaseTimeoutMs"+"'"};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
if(data.databaseWaitMs === undefined){
const err55 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "databaseWaitMs"},message:"must have required property '"+"databaseWaitMs"+"'"};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
if(data.shutdownMs === undefined){
const err56 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "shutdownMs"},message:"must have required property '"+"shutdownMs"+"'"};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
if(data.logLevel === undefined){
const err57 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "logLevel"},message:"must have required property '"+"logLevel"+"'"};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
if(data.url === undefined){
const err58 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "url"},message:"must have required property '"+"url"+"'"};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
if(data.key === undefined){
const err59 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "key"},message:"must have required property '"+"key"+"'"};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
for(const key0 in data){
if(!(func1.call(schema31.properties, key0))){
const err60 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
if(data.databaseUrl !== undefined){
let data0 = data.databaseUrl;
if(typeof data0 === "string"){
if(!pattern4.test(data0)){
const err61 = {instancePath:instancePath+"/databaseUrl",schemaPath:"#/properties/databaseUrl/pattern",keyword:"pattern",params:{pattern: "^(?:sqlite:.|(?:postgres(?:ql)?|mysql|mariadb)://.)"},message:"must match pattern \""+"^(?:sqlite:.|(?:postgres(?:ql)?|mysql|mariadb)://.)"+"\""};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
else {
const err62 = {instancePath:instancePath+"/databaseUrl",schemaPath:"#/properties/databaseUrl/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
if(data.warehouseUrl !== undefined){
let data1 = data.warehouseUrl;
if(typeof data1 === "string"){
if(!pattern4.test(data1)){
const err63 = {instancePath:instancePath+"/warehouseUrl",schemaPath:"#/properties/warehouseUrl/pattern",keyword:"pattern",params:{pattern: "^(?:sqlite:.|(?:postgres(?:ql)?|mysql|mariadb)://.)"},message:"must match pattern \""+"^(?:sqlite:.|(?:postgres(?:ql)?|mysql|mariadb)://.)"+"\""};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
else {
const err64 = {instancePath:instancePath+"/warehouseUrl",schemaPath:"#/properties/warehouseUrl/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
if(data.host !== undefined){
let data2 = data.host;
if(typeof data2 === "string"){
if(func2(data2) < 1){
const err65 = {instancePath:instancePath+"/host",schemaPath:"#/properties/host/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
else {
const err66 = {instancePath:instancePath+"/host",schemaPath:"#/properties/host/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
if(data.port !== undefined){
let data3 = data.port;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err67 = {instancePath:instancePath+"/port",schemaPath:"#/properties/port/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 > 65535 || isNaN(data3)){
const err68 = {instancePath:instancePath+"/port",schemaPath:"#/properties/port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
if(data3 < 0 || isNaN(data3)){
const err69 = {instancePath:instancePath+"/port",schemaPath:"#/properties/port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
}
if(data.credentials !== undefined){
let data4 = data.credentials;
if((typeof data4 !== "string") && (data4 !== null)){
const err70 = {instancePath:instancePath+"/credentials",schemaPath:"#/properties/credentials/type",keyword:"type",params:{type: schema31.properties.credentials.type},message:"must be string,null"};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
if(data.streams !== undefined){
let data5 = data.streams;
if(Array.isArray(data5)){
if(data5.length > 100){
const err71 = {instancePath:instancePath+"/streams",schemaPath:"#/properties/streams/maxItems",keyword:"maxItems",params:{limit: 100},message:"must NOT have more than 100 items"};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
if(data5.length < 1){
const err72 = {instancePath:instancePath+"/streams",schemaPath:"#/properties/streams/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
const len0 = data5.length;
for(let i0=0; i0<len0; i0++){
let data6 = data5[i0];
if(typeof data6 === "string"){
if(!pattern6.test(data6)){
const err73 = {instancePath:instancePath+"/streams/" + i0,schemaPath:"#/properties/streams/items/pattern",keyword:"pattern",params:{pattern: "^[a-z][a-z0-9_]{0,29}$"},message:"must match pattern \""+"^[a-z][a-z0-9_]{0,29}$"+"\""};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
else {
const err74 = {instancePath:instancePath+"/streams/" + i0,schemaPath:"#/properties/streams/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
let i1 = data5.length;
let j0;
if(i1 > 1){
const indices0 = {};
for(;i1--;){
let item0 = data5[i1];
if(typeof item0 !== "string"){
continue;
}
if(typeof indices0[item0] == "number"){
j0 = indices0[item0];
const err75 = {instancePath:instancePath+"/streams",schemaPath:"#/properties/streams/uniqueItems",keyword:"uniqueItems",params:{i: i1, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i1+" are identical)"};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
break;
}
indices0[item0] = i1;
}
}
}
else {
const err76 = {instancePath:instancePath+"/streams",schemaPath:"#/properties/streams/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
if(data.services !== undefined){
let data7 = data.services;
if(Array.isArray(data7)){
const len1 = data7.length;
for(let i2=0; i2<len1; i2++){
let data8 = data7[i2];
if(typeof data8 !== "string"){
const err77 = {instancePath:instancePath+"/services/" + i2,schemaPath:"#/properties/services/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
if(!((((data8 === "generator") || (data8 === "poll")) || (data8 === "push")) || (data8 === "streams"))){
const err78 = {instancePath:instancePath+"/services/" + i2,schemaPath:"#/properties/services/items/enum",keyword:"enum",params:{allowedValues: schema31.properties.services.items.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
}
let i3 = data7.length;
let j1;
if(i3 > 1){
const indices1 = {};
for(;i3--;){
let item1 = data7[i3];
if(typeof item1 !== "string"){
continue;
}
if(typeof indices1[item1] == "number"){
j1 = indices1[item1];
const err79 = {instancePath:instancePath+"/services",schemaPath:"#/properties/services/uniqueItems",keyword:"uniqueItems",params:{i: i3, j: j1},message:"must NOT have duplicate items (items ## "+j1+" and "+i3+" are identical)"};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
break;
}
indices1[item1] = i3;
}
}
}
else {
const err80 = {instancePath:instancePath+"/services",schemaPath:"#/properties/services/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
}
if(data.allowReliable !== undefined){
if(typeof data.allowReliable !== "boolean"){
const err81 = {instancePath:instancePath+"/allowReliable",schemaPath:"#/properties/allowReliable/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
if(data.allowPolling !== undefined){
if(typeof data.allowPolling !== "boolean"){
const err82 = {instancePath:instancePath+"/allowPolling",schemaPath:"#/properties/allowPolling/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
}
if(data.archiver !== undefined){
if(typeof data.archiver !== "boolean"){
const err83 = {instancePath:instancePath+"/archiver",schemaPath:"#/properties/archiver/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
if(data.archiveFrom !== undefined){
let data12 = data.archiveFrom;
if((typeof data12 !== "string") && (data12 !== null)){
const err84 = {instancePath:instancePath+"/archiveFrom",schemaPath:"#/properties/archiveFrom/type",keyword:"type",params:{type: schema31.properties.archiveFrom.type},message:"must be string,null"};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
if(data.readArchive !== undefined){
if(typeof data.readArchive !== "boolean"){
const err85 = {instancePath:instancePath+"/readArchive",schemaPath:"#/properties/readArchive/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
if(data.exportDir !== undefined){
let data14 = data.exportDir;
if((typeof data14 !== "string") && (data14 !== null)){
const err86 = {instancePath:instancePath+"/exportDir",schemaPath:"#/properties/exportDir/type",keyword:"type",params:{type: schema31.properties.exportDir.type},message:"must be string,null"};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
if(data.discarder !== undefined){
if(typeof data.discarder !== "boolean"){
const err87 = {instancePath:instancePath+"/discarder",schemaPath:"#/properties/discarder/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
}
if(data.sinks !== undefined){
let data16 = data.sinks;
if(Array.isArray(data16)){
if(data16.length > 100){
const err88 = {instancePath:instancePath+"/sinks",schemaPath:"#/properties/sinks/maxItems",keyword:"maxItems",params:{limit: 100},message:"must NOT have more than 100 items"};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
const len2 = data16.length;
for(let i4=0; i4<len2; i4++){
let data17 = data16[i4];
if(!(data17 && typeof data17 == "object" && !Array.isArray(data17))){
const err89 = {instancePath:instancePath+"/sinks/" + i4,schemaPath:"#/properties/sinks/items/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
}
}
else {
const err90 = {instancePath:instancePath+"/sinks",schemaPath:"#/properties/sinks/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
if(data.sinkModules !== undefined){
let data18 = data.sinkModules;
if(Array.isArray(data18)){
if(data18.length > 100){
const err91 = {instancePath:instancePath+"/sinkModules",schemaPath:"#/properties/sinkModules/maxItems",keyword:"maxItems",params:{limit: 100},message:"must NOT have more than 100 items"};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
const len3 = data18.length;
for(let i5=0; i5<len3; i5++){
let data19 = data18[i5];
if(typeof data19 === "string"){
if(func2(data19) < 1){
const err92 = {instancePath:instancePath+"/sinkModules/" + i5,schemaPath:"#/properties/sinkModules/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
}
else {
const err93 = {instancePath:instancePath+"/sinkModules/" + i5,schemaPath:"#/properties/sinkModules/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
let i6 = data18.length;
let j2;
if(i6 > 1){
const indices2 = {};
for(;i6--;){
let item2 = data18[i6];
if(typeof item2 !== "string"){
continue;
}
if(typeof indices2[item2] == "number"){
j2 = indices2[item2];
const err94 = {instancePath:instancePath+"/sinkModules",schemaPath:"#/properties/sinkModules/uniqueItems",keyword:"uniqueItems",params:{i: i6, j: j2},message:"must NOT have duplicate items (items ## "+j2+" and "+i6+" are identical)"};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
break;
}
indices2[item2] = i6;
}
}
}
else {
const err95 = {instancePath:instancePath+"/sinkModules",schemaPath:"#/properties/sinkModules/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
}
if(data.sleepMsMin !== undefined){
let data20 = data.sleepMsMin;
if(!(((typeof data20 == "number") && (!(data20 % 1) && !isNaN(data20))) && (isFinite(data20)))){
const err96 = {instancePath:instancePath+"/sleepMsMin",schemaPath:"#/properties/sleepMsMin/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
if((typeof data20 == "number") && (isFinite(data20))){
if(data20 > 60000 || isNaN(data20)){
const err97 = {instancePath:instancePath+"/sleepMsMin",schemaPath:"#/properties/sleepMsMin/maximum",keyword:"maximum",params:{comparison: "<=", limit: 60000},message:"must be <= 60000"};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
if(data20 < 1 || isNaN(data20)){
const err98 = {instancePath:instancePath+"/sleepMsMin",schemaPath:"#/properties/sleepMsMin/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
}
}
if(data.sleepMsMax !== undefined){
let data21 = data.sleepMsMax;
if(!(((typeof data21 == "number") && (!(data21 % 1) && !isNaN(data21))) && (isFinite(data21)))){
const err99 = {instancePath:instancePath+"/sleepMsMax",schemaPath:"#/properties/sleepMsMax/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
if((typeof data21 == "number") && (isFinite(data21))){
if(data21 > 600000 || isNaN(data21)){
const err100 = {instancePath:instancePath+"/sleepMsMax",schemaPath:"#/properties/sleepMsMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 600000},message:"must be <= 600000"};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
if(data21 < 1 || isNaN(data21)){
const err101 = {instancePath:instancePath+"/sleepMsMax",schemaPath:"#/properties/sleepMsMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
}
}
if(data.sleepMsStep !== undefined){
let data22 = data.sleepMsStep;
if(!(((typeof data22 == "number") && (!(data22 % 1) && !isNaN(data22))) && (isFinite(data22)))){
const err102 = {instancePath:instancePath+"/sleepMsStep",schemaPath:"#/properties/sleepMsStep/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
if((typeof data22 == "number") && (isFinite(data22))){
if(data22 > 60000 || isNaN(data22)){
const err103 = {instancePath:instancePath+"/sleepMsStep",schemaPath:"#/properties/sleepMsStep/maximum",keyword:"maximum",params:{comparison: "<=", limit: 60000},message:"must be <= 60000"};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
if(data22 < 0 || isNaN(data22)){
const err104 = {instancePath:instancePath+"/sleepMsStep",schemaPath:"#/properties/sleepMsStep/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
}
}
if(data.watch !== undefined){
if(typeof data.watch !== "boolean"){
const err105 = {instancePath:instancePath+"/watch",schemaPath:"#/properties/watch/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
}
if(data.stateKinds !== undefined){
let data24 = data.stateKinds;
if(Array.isArray(data24)){
if(data24.length > 100){
const err106 = {instancePath:instancePath+"/stateKinds",schemaPath:"#/properties/stateKinds/maxItems",keyword:"maxItems",params:{limit: 100},message:"must NOT have more than 100 items"};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
const len4 = data24.length;
for(let i7=0; i7<len4; i7++){
let data25 = data24[i7];
if(!(data25 && typeof data25 == "object" && !Array.isArray(data25))){
const err107 = {instancePath:instancePath+"/stateKinds/" + i7,schemaPath:"#/properties/stateKinds/items/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
}
}
else {
const err108 = {instancePath:instancePath+"/stateKinds",schemaPath:"#/properties/stateKinds/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
}
}
if(data.stateInvalidate !== undefined){
let data26 = data.stateInvalidate;
if(Array.isArray(data26)){
if(data26.length > 100){
const err109 = {instancePath:instancePath+"/stateInvalidate",schemaPath:"#/properties/stateInvalidate/maxItems",keyword:"maxItems",params:{limit: 100},message:"must NOT have more than 100 items"};
if(vErrors === null){
vErrors = [err109];
}
else {
vErrors.push(err109);
}
errors++;
}
const len5 = data26.length;
for(let i8=0; i8<len5; i8++){
if(typeof data26[i8] !== "string"){
const err110 = {instancePath:instancePath+"/stateInvalidate/" + i8,schemaPath:"#/properties/stateInvalidate/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err110];
}
else {
vErrors.push(err110);
}
errors++;
}
}
let i9 = data26.length;
let j3;
if(i9 > 1){
const indices3 = {};
for(;i9--;){
let item3 = data26[i9];
if(typeof item3 !== "string"){
continue;
}
if(typeof indices3[item3] == "number"){
j3 = indices3[item3];
const err111 = {instancePath:instancePath+"/stateInvalidate",schemaPath:"#/properties/stateInvalidate/uniqueItems",keyword:"uniqueItems",params:{i: i9, j: j3},message:"must NOT have duplicate items (items ## "+j3+" and "+i9+" are identical)"};
if(vErrors === null){
vErrors = [err111];
}
else {
vErrors.push(err111);
}
errors++;
break;
}
indices3[item3] = i9;
}
}
}
else {
const err112 = {instancePath:instancePath+"/stateInvalidate",schemaPath:"#/properties/stateInvalidate/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err112];
}
else {
vErrors.push(err112);
}
errors++;
}
}
if(data.stateTombstoneMs !== undefined){
let data28 = data.stateTombstoneMs;
if(!(((typeof data28 == "number") && (!(data28 % 1) && !isNaN(data28))) && (isFinite(data28)))){
const err113 = {instancePath:instancePath+"/stateTombstoneMs",schemaPath:"#/properties/stateTombstoneMs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err113];
}
else {
vErrors.push(err113);
}
errors++;
}
if((typeof data28 == "number") && (isFinite(data28))){
if(data28 > 315360000000 || isNaN(data28)){
const err114 = {instancePath:instancePath+"/stateTombstoneMs",schemaPath:"#/properties/stateTombstoneMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 315360000000},message:"must be <= 315360000000"};
if(vErrors === null){
vErrors = [err114];
}
else {
vErrors.push(err114);
}
errors++;
}
if(data28 < 0 || isNaN(data28)){
const err115 = {instancePath:instancePath+"/stateTombstoneMs",schemaPath:"#/properties/stateTombstoneMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err115];
}
else {
vErrors.push(err115);
}
errors++;
}
}
}
if(data.pingWindowMs !== undefined){
let data29 = data.pingWindowMs;
if(!(((typeof data29 == "number") && (!(data29 % 1) && !isNaN(data29))) && (isFinite(data29)))){
const err116 = {instancePath:instancePath+"/pingWindowMs",schemaPath:"#/properties/pingWindowMs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err116];
}
else {
vErrors.push(err116);
}
errors++;
}
if((typeof data29 == "number") && (isFinite(data29))){
if(data29 > 3600000 || isNaN(data29)){
const err117 = {instancePath:instancePath+"/pingWindowMs",schemaPath:"#/properties/pingWindowMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 3600000},message:"must be <= 3600000"};
if(vErrors === null){
vErrors = [err117];
}
else {
vErrors.push(err117);
}
errors++;
}
if(data29 < 0 || isNaN(data29)){
const err118 = {instancePath:instancePath+"/pingWindowMs",schemaPath:"#/properties/pingWindowMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err118];
}
else {
vErrors.push(err118);
}
errors++;
}
}
}
if(data.eventBytesMax !== undefined){
let data30 = data.eventBytesMax;
if(!(((typeof data30 == "number") && (!(data30 % 1) && !isNaN(data30))) && (isFinite(data30)))){
const err119 = {instancePath:instancePath+"/eventBytesMax",schemaPath:"#/properties/eventBytesMax/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err119];
}
else {
vErrors.push(err119);
}
errors++;
}
if((typeof data30 == "number") && (isFinite(data30))){
if(data30 > 2097152 || isNaN(data30)){
const err120 = {instancePath:instancePath+"/eventBytesMax",schemaPath:"#/properties/eventBytesMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 2097152},message:"must be <= 2097152"};
if(vErrors === null){
vErrors = [err120];
}
else {
vErrors.push(err120);
}
errors++;
}
if(data30 < 1024 || isNaN(data30)){
const err121 = {instancePath:instancePath+"/eventBytesMax",schemaPath:"#/properties/eventBytesMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1024},message:"must be >= 1024"};
if(vErrors === null){
vErrors = [err121];
}
else {
vErrors.push(err121);
}
errors++;
}
}
}
if(data.batchMax !== undefined){
let data31 = data.batchMax;
if(!(((typeof data31 == "number") && (!(data31 % 1) && !isNaN(data31))) && (isFinite(data31)))){
const err122 = {instancePath:instancePath+"/batchMax",schemaPath:"#/properties/batchMax/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err122];
}
else {
vErrors.push(err122);
}
errors++;
}
if((typeof data31 == "number") && (isFinite(data31))){
if(data31 > 1000 || isNaN(data31)){
const err123 = {instancePath:instancePath+"/batchMax",schemaPath:"#/properties/batchMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err123];
}
else {
vErrors.push(err123);
}
errors++;
}
if(data31 < 1 || isNaN(data31)){
const err124 = {instancePath:instancePath+"/batchMax",schemaPath:"#/properties/batchMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err124];
}
else {
vErrors.push(err124);
}
errors++;
}
}
}
if(data.requestBytesMax !== undefined){
let data32 = data.requestBytesMax;
if(!(((typeof data32 == "number") && (!(data32 % 1) && !isNaN(data32))) && (isFinite(data32)))){
const err125 = {instancePath:instancePath+"/requestBytesMax",schemaPath:"#/properties/requestBytesMax/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err125];
}
else {
vErrors.push(err125);
}
errors++;
}
if((typeof data32 == "number") && (isFinite(data32))){
if(data32 > 67108864 || isNaN(data32)){
const err126 = {instancePath:instancePath+"/requestBytesMax",schemaPath:"#/properties/requestBytesMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 67108864},message:"must be <= 67108864"};
if(vErrors === null){
vErrors = [err126];
}
else {
vErrors.push(err126);
}
errors++;
}
if(data32 < 65536 || isNaN(data32)){
const err127 = {instancePath:instancePath+"/requestBytesMax",schemaPath:"#/properties/requestBytesMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 65536},message:"must be >= 65536"};
if(vErrors === null){
vErrors = [err127];
}
else {
vErrors.push(err127);
}
errors++;
}
}
}
if(data.queueMax !== undefined){
let data33 = data.queueMax;
if(!(((typeof data33 == "number") && (!(data33 % 1) && !isNaN(data33))) && (isFinite(data33)))){
const err128 = {instancePath:instancePath+"/queueMax",schemaPath:"#/properties/queueMax/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err128];
}
else {
vErrors.push(err128);
}
errors++;
}
if((typeof data33 == "number") && (isFinite(data33))){
if(data33 > 1000000 || isNaN(data33)){
const err129 = {instancePath:instancePath+"/queueMax",schemaPath:"#/properties/queueMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err129];
}
else {
vErrors.push(err129);
}
errors++;
}
if(data33 < 1000 || isNaN(data33)){
const err130 = {instancePath:instancePath+"/queueMax",schemaPath:"#/properties/queueMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1000},message:"must be >= 1000"};
if(vErrors === null){
vErrors = [err130];
}
else {
vErrors.push(err130);
}
errors++;
}
}
}
if(data.queueBytesMax !== undefined){
let data34 = data.queueBytesMax;
if(!(((typeof data34 == "number") && (!(data34 % 1) && !isNaN(data34))) && (isFinite(data34)))){
const err131 = {instancePath:instancePath+"/queueBytesMax",schemaPath:"#/properties/queueBytesMax/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err131];
}
else {
vErrors.push(err131);
}
errors++;
}
if((typeof data34 == "number") && (isFinite(data34))){
if(data34 > 4294967296 || isNaN(data34)){
const err132 = {instancePath:instancePath+"/queueBytesMax",schemaPath:"#/properties/queueBytesMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4294967296},message:"must be <= 4294967296"};
if(vErrors === null){
vErrors = [err132];
}
else {
vErrors.push(err132);
}
errors++;
}
if(data34 < 8388608 || isNaN(data34)){
const err133 = {instancePath:instancePath+"/queueBytesMax",schemaPath:"#/properties/queueBytesMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 8388608},message:"must be >= 8388608"};
if(vErrors === null){
vErrors = [err133];
}
else {
vErrors.push(err133);
}
errors++;
}
}
}
if(data.windowEventsMax !== undefined){
let data35 = data.windowEventsMax;
if(!(((typeof data35 == "number") && (!(data35 % 1) && !isNaN(data35))) && (isFinite(data35)))){
const err134 = {instancePath:instancePath+"/windowEventsMax",schemaPath:"#/properties/windowEventsMax/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err134];
}
else {
vErrors.push(err134);
}
errors++;
}
if((typeof data35 == "number") && (isFinite(data35))){
if(data35 > 1000000 || isNaN(data35)){
const err135 = {instancePath:instancePath+"/windowEventsMax",schemaPath:"#/properties/windowEventsMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err135];
}
else {
vErrors.push(err135);
}
errors++;
}
if(data35 < 100 || isNaN(data35)){
const err136 = {instancePath:instancePath+"/windowEventsMax",schemaPath:"#/properties/windowEventsMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 100},message:"must be >= 100"};
if(vErrors === null){
vErrors = [err136];
}
else {
vErrors.push(err136);
}
errors++;
}
}
}
if(data.windowBytesMax !== undefined){
let data36 = data.windowBytesMax;
if(!(((typeof data36 == "number") && (!(data36 % 1) && !isNaN(data36))) && (isFinite(data36)))){
const err137 = {instancePath:instancePath+"/windowBytesMax",schemaPath:"#/properties/windowBytesMax/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err137];
}
else {
vErrors.push(err137);
}
errors++;
}
if((typeof data36 == "number") && (isFinite(data36))){
if(data36 > 4294967296 || isNaN(data36)){
const err138 = {instancePath:instancePath+"/windowBytesMax",schemaPath:"#/properties/windowBytesMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 4294967296},message:"must be <= 4294967296"};
if(vErrors === null){
vErrors = [err138];
}
else {
vErrors.push(err138);
}
errors++;
}
if(data36 < 4194304 || isNaN(data36)){
const err139 = {instancePath:instancePath+"/windowBytesMax",schemaPath:"#/properties/windowBytesMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 4194304},message:"must be >= 4194304"};
if(vErrors === null){
vErrors = [err139];
}
else {
vErrors.push(err139);
}
errors++;
}
}
}
if(data.inFlightMax !== undefined){
let data37 = data.inFlightMax;
if(!(((typeof data37 == "number") && (!(data37 % 1) && !isNaN(data37))) && (isFinite(data37)))){
const err140 = {instancePath:instancePath+"/inFlightMax",schemaPath:"#/properties/inFlightMax/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err140];
}
else {
vErrors.push(err140);
}
errors++;
}
if((typeof data37 == "number") && (isFinite(data37))){
if(data37 > 64 || isNaN(data37)){
const err141 = {instancePath:instancePath+"/inFlightMax",schemaPath:"#/properties/inFlightMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 64},message:"must be <= 64"};
if(vErrors === null){
vErrors = [err141];
}
else {
vErrors.push(err141);
}
errors++;
}
if(data37 < 1 || isNaN(data37)){
const err142 = {instancePath:instancePath+"/inFlightMax",schemaPath:"#/properties/inFlightMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err142];
}
else {
vErrors.push(err142);
}
errors++;
}
}
}
if(data.liveInFlight !== undefined){
let data38 = data.liveInFlight;
if(!(((typeof data38 == "number") && (!(data38 % 1) && !isNaN(data38))) && (isFinite(data38)))){
const err143 = {instancePath:instancePath+"/liveInFlight",schemaPath:"#/properties/liveInFlight/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err143];
}
else {
vErrors.push(err143);
}
errors++;
}
if((typeof data38 == "number") && (isFinite(data38))){
if(data38 > 64 || isNaN(data38)){
const err144 = {instancePath:instancePath+"/liveInFlight",schemaPath:"#/properties/liveInFlight/maximum",keyword:"maximum",params:{comparison: "<=", limit: 64},message:"must be <= 64"};
if(vErrors === null){
vErrors = [err144];
}
else {
vErrors.push(err144);
}
errors++;
}
if(data38 < 1 || isNaN(data38)){
const err145 = {instancePath:instancePath+"/liveInFlight",schemaPath:"#/properties/liveInFlight/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err145];
}
else {
vErrors.push(err145);
}
errors++;
}
}
}
if(data.ackTimeoutMs !== undefined){
let data39 = data.ackTimeoutMs;
if(!(((typeof data39 == "number") && (!(data39 % 1) && !isNaN(data39))) && (isFinite(data39)))){
const err146 = {instancePath:instancePath+"/ackTimeoutMs",schemaPath:"#/properties/ackTimeoutMs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err146];
}
else {
vErrors.push(err146);
}
errors++;
}
if((typeof data39 == "number") && (isFinite(data39))){
if(data39 > 3600000 || isNaN(data39)){
const err147 = {instancePath:instancePath+"/ackTimeoutMs",schemaPath:"#/properties/ackTimeoutMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 3600000},message:"must be <= 3600000"};
if(vErrors === null){
vErrors = [err147];
}
else {
vErrors.push(err147);
}
errors++;
}
if(data39 < 100 || isNaN(data39)){
const err148 = {instancePath:instancePath+"/ackTimeoutMs",schemaPath:"#/properties/ackTimeoutMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 100},message:"must be >= 100"};
if(vErrors === null){
vErrors = [err148];
}
else {
vErrors.push(err148);
}
errors++;
}
}
}
if(data.checkpointMs !== undefined){
let data40 = data.checkpointMs;
if(!(((typeof data40 == "number") && (!(data40 % 1) && !isNaN(data40))) && (isFinite(data40)))){
const err149 = {instancePath:instancePath+"/checkpointMs",schemaPath:"#/properties/checkpointMs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err149];
}
else {
vErrors.push(err149);
}
errors++;
}
if((typeof data40 == "number") && (isFinite(data40))){
if(data40 > 3600000 || isNaN(data40)){
const err150 = {instancePath:instancePath+"/checkpointMs",schemaPath:"#/properties/checkpointMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 3600000},message:"must be <= 3600000"};
if(vErrors === null){
vErrors = [err150];
}
else {
vErrors.push(err150);
}
errors++;
}
if(data40 < 10 || isNaN(data40)){
const err151 = {instancePath:instancePath+"/checkpointMs",schemaPath:"#/properties/checkpointMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 10},message:"must be >= 10"};
if(vErrors === null){
vErrors = [err151];
}
else {
vErrors.push(err151);
}
errors++;
}
}
}
if(data.connectionsMax !== undefined){
let data41 = data.connectionsMax;
if(!(((typeof data41 == "number") && (!(data41 % 1) && !isNaN(data41))) && (isFinite(data41)))){
const err152 = {instancePath:instancePath+"/connectionsMax",schemaPath:"#/properties/connectionsMax/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err152];
}
else {
vErrors.push(err152);
}
errors++;
}
if((typeof data41 == "number") && (isFinite(data41))){
if(data41 > 1000000 || isNaN(data41)){
const err153 = {instancePath:instancePath+"/connectionsMax",schemaPath:"#/properties/connectionsMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err153];
}
else {
vErrors.push(err153);
}
errors++;
}
if(data41 < 1 || isNaN(data41)){
const err154 = {instancePath:instancePath+"/connectionsMax",schemaPath:"#/properties/connectionsMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err154];
}
else {
vErrors.push(err154);
}
errors++;
}
}
}
if(data.subscriptionsMax !== undefined){
let data42 = data.subscriptionsMax;
if(!(((typeof data42 == "number") && (!(data42 % 1) && !isNaN(data42))) && (isFinite(data42)))){
const err155 = {instancePath:instancePath+"/subscriptionsMax",schemaPath:"#/properties/subscriptionsMax/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err155];
}
else {
vErrors.push(err155);
}
errors++;
}
if((typeof data42 == "number") && (isFinite(data42))){
if(data42 > 1000000 || isNaN(data42)){
const err156 = {instancePath:instancePath+"/subscriptionsMax",schemaPath:"#/properties/subscriptionsMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err156];
}
else {
vErrors.push(err156);
}
errors++;
}
if(data42 < 1 || isNaN(data42)){
const err157 = {instancePath:instancePath+"/subscriptionsMax",schemaPath:"#/properties/subscriptionsMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err157];
}
else {
vErrors.push(err157);
}
errors++;
}
}
}
if(data.sseConnectionsMax !== undefined){
let data43 = data.sseConnectionsMax;
if(!(((typeof data43 == "number") && (!(data43 % 1) && !isNaN(data43))) && (isFinite(data43)))){
const err158 = {instancePath:instancePath+"/sseConnectionsMax",schemaPath:"#/properties/sseConnectionsMax/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err158];
}
else {
vErrors.push(err158);
}
errors++;
}
if((typeof data43 == "number") && (isFinite(data43))){
if(data43 > 1000000 || isNaN(data43)){
const err159 = {instancePath:instancePath+"/sseConnectionsMax",schemaPath:"#/properties/sseConnectionsMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err159];
}
else {
vErrors.push(err159);
}
errors++;
}
if(data43 < 1 || isNaN(data43)){
const err160 = {instancePath:instancePath+"/sseConnectionsMax",schemaPath:"#/properties/sseConnectionsMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err160];
}
else {
vErrors.push(err160);
}
errors++;
}
}
}
if(data.ssePrincipalMax !== undefined){
let data44 = data.ssePrincipalMax;
if(!(((typeof data44 == "number") && (!(data44 % 1) && !isNaN(data44))) && (isFinite(data44)))){
const err161 = {instancePath:instancePath+"/ssePrincipalMax",schemaPath:"#/properties/ssePrincipalMax/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err161];
}
else {
vErrors.push(err161);
}
errors++;
}
if((typeof data44 == "number") && (isFinite(data44))){
if(data44 > 1000000 || isNaN(data44)){
const err162 = {instancePath:instancePath+"/ssePrincipalMax",schemaPath:"#/properties/ssePrincipalMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err162];
}
else {
vErrors.push(err162);
}
errors++;
}
if(data44 < 1 || isNaN(data44)){
const err163 = {instancePath:instancePath+"/ssePrincipalMax",schemaPath:"#/properties/ssePrincipalMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err163];
}
else {
vErrors.push(err163);
}
errors++;
}
}
}
if(data.sseBufferBytes !== undefined){
let data45 = data.sseBufferBytes;
if(!(((typeof data45 == "number") && (!(data45 % 1) && !isNaN(data45))) && (isFinite(data45)))){
const err164 = {instancePath:instancePath+"/sseBufferBytes",schemaPath:"#/properties/sseBufferBytes/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err164];
}
else {
vErrors.push(err164);
}
errors++;
}
if((typeof data45 == "number") && (isFinite(data45))){
if(data45 > 16777216 || isNaN(data45)){
const err165 = {instancePath:instancePath+"/sseBufferBytes",schemaPath:"#/properties/sseBufferBytes/maximum",keyword:"maximum",params:{comparison: "<=", limit: 16777216},message:"must be <= 16777216"};
if(vErrors === null){
vErrors = [err165];
}
else {
vErrors.push(err165);
}
errors++;
}
if(data45 < 4096 || isNaN(data45)){
const err166 = {instancePath:instancePath+"/sseBufferBytes",schemaPath:"#/properties/sseBufferBytes/minimum",keyword:"minimum",params:{comparison: ">=", limit: 4096},message:"must be >= 4096"};
if(vErrors === null){
vErrors = [err166];
}
else {
vErrors.push(err166);
}
errors++;
}
}
}
if(data.sseStallMs !== undefined){
let data46 = data.sseStallMs;
if(!(((typeof data46 == "number") && (!(data46 % 1) && !isNaN(data46))) && (isFinite(data46)))){
const err167 = {instancePath:instancePath+"/sseStallMs",schemaPath:"#/properties/sseStallMs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err167];
}
else {
vErrors.push(err167);
}
errors++;
}
if((typeof data46 == "number") && (isFinite(data46))){
if(data46 > 3600000 || isNaN(data46)){
const err168 = {instancePath:instancePath+"/sseStallMs",schemaPath:"#/properties/sseStallMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 3600000},message:"must be <= 3600000"};
if(vErrors === null){
vErrors = [err168];
}
else {
vErrors.push(err168);
}
errors++;
}
if(data46 < 100 || isNaN(data46)){
const err169 = {instancePath:instancePath+"/sseStallMs",schemaPath:"#/properties/sseStallMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 100},message:"must be >= 100"};
if(vErrors === null){
vErrors = [err169];
}
else {
vErrors.push(err169);
}
errors++;
}
}
}
if(data.sseHeartbeatMs !== undefined){
let data47 = data.sseHeartbeatMs;
if(!(((typeof data47 == "number") && (!(data47 % 1) && !isNaN(data47))) && (isFinite(data47)))){
const err170 = {instancePath:instancePath+"/sseHeartbeatMs",schemaPath:"#/properties/sseHeartbeatMs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err170];
}
else {
vErrors.push(err170);
}
errors++;
}
if((typeof data47 == "number") && (isFinite(data47))){
if(data47 > 3600000 || isNaN(data47)){
const err171 = {instancePath:instancePath+"/sseHeartbeatMs",schemaPath:"#/properties/sseHeartbeatMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 3600000},message:"must be <= 3600000"};
if(vErrors === null){
vErrors = [err171];
}
else {
vErrors.push(err171);
}
errors++;
}
if(data47 < 10 || isNaN(data47)){
const err172 = {instancePath:instancePath+"/sseHeartbeatMs",schemaPath:"#/properties/sseHeartbeatMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 10},message:"must be >= 10"};
if(vErrors === null){
vErrors = [err172];
}
else {
vErrors.push(err172);
}
errors++;
}
}
}
if(data.sseConnectionMs !== undefined){
let data48 = data.sseConnectionMs;
if(!(((typeof data48 == "number") && (!(data48 % 1) && !isNaN(data48))) && (isFinite(data48)))){
const err173 = {instancePath:instancePath+"/sseConnectionMs",schemaPath:"#/properties/sseConnectionMs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err173];
}
else {
vErrors.push(err173);
}
errors++;
}
if((typeof data48 == "number") && (isFinite(data48))){
if(data48 > 86400000 || isNaN(data48)){
const err174 = {instancePath:instancePath+"/sseConnectionMs",schemaPath:"#/properties/sseConnectionMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400000},message:"must be <= 86400000"};
if(vErrors === null){
vErrors = [err174];
}
else {
vErrors.push(err174);
}
errors++;
}
if(data48 < 0 || isNaN(data48)){
const err175 = {instancePath:instancePath+"/sseConnectionMs",schemaPath:"#/properties/sseConnectionMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err175];
}
else {
vErrors.push(err175);
}
errors++;
}
}
}
if(data.sseRetryMs !== undefined){
let data49 = data.sseRetryMs;
if(!(((typeof data49 == "number") && (!(data49 % 1) && !isNaN(data49))) && (isFinite(data49)))){
const err176 = {instancePath:instancePath+"/sseRetryMs",schemaPath:"#/properties/sseRetryMs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err176];
}
else {
vErrors.push(err176);
}
errors++;
}
if((typeof data49 == "number") && (isFinite(data49))){
if(data49 > 3600000 || isNaN(data49)){
const err177 = {instancePath:instancePath+"/sseRetryMs",schemaPath:"#/properties/sseRetryMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 3600000},message:"must be <= 3600000"};
if(vErrors === null){
vErrors = [err177];
}
else {
vErrors.push(err177);
}
errors++;
}
if(data49 < 1 || isNaN(data49)){
const err178 = {instancePath:instancePath+"/sseRetryMs",schemaPath:"#/properties/sseRetryMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err178];
}
else {
vErrors.push(err178);
}
errors++;
}
}
}
if(data.sseCheckpointMs !== undefined){
let data50 = data.sseCheckpointMs;
if(!(((typeof data50 == "number") && (!(data50 % 1) && !isNaN(data50))) && (isFinite(data50)))){
const err179 = {instancePath:instancePath+"/sseCheckpointMs",schemaPath:"#/properties/sseCheckpointMs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err179];
}
else {
vErrors.push(err179);
}
errors++;
}
if((typeof data50 == "number") && (isFinite(data50))){
if(data50 > 3600000 || isNaN(data50)){
const err180 = {instancePath:instancePath+"/sseCheckpointMs",schemaPath:"#/properties/sseCheckpointMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 3600000},message:"must be <= 3600000"};
if(vErrors === null){
vErrors = [err180];
}
else {
vErrors.push(err180);
}
errors++;
}
if(data50 < 10 || isNaN(data50)){
const err181 = {instancePath:instancePath+"/sseCheckpointMs",schemaPath:"#/properties/sseCheckpointMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 10},message:"must be >= 10"};
if(vErrors === null){
vErrors = [err181];
}
else {
vErrors.push(err181);
}
errors++;
}
}
}
if(data.discardLimit !== undefined){
let data51 = data.discardLimit;
if(!(((typeof data51 == "number") && (!(data51 % 1) && !isNaN(data51))) && (isFinite(data51)))){
const err182 = {instancePath:instancePath+"/discardLimit",schemaPath:"#/properties/discardLimit/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err182];
}
else {
vErrors.push(err182);
}
errors++;
}
if((typeof data51 == "number") && (isFinite(data51))){
if(data51 > 100000 || isNaN(data51)){
const err183 = {instancePath:instancePath+"/discardLimit",schemaPath:"#/properties/discardLimit/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000},message:"must be <= 100000"};
if(vErrors === null){
vErrors = [err183];
}
else {
vErrors.push(err183);
}
errors++;
}
if(data51 < 1 || isNaN(data51)){
const err184 = {instancePath:instancePath+"/discardLimit",schemaPath:"#/properties/discardLimit/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err184];
}
else {
vErrors.push(err184);
}
errors++;
}
}
}
if(data.retainMs !== undefined){
let data52 = data.retainMs;
if(!(((typeof data52 == "number") && (!(data52 % 1) && !isNaN(data52))) && (isFinite(data52)))){
const err185 = {instancePath:instancePath+"/retainMs",schemaPath:"#/properties/retainMs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err185];
}
else {
vErrors.push(err185);
}
errors++;
}
if((typeof data52 == "number") && (isFinite(data52))){
if(data52 > 315360000000 || isNaN(data52)){
const err186 = {instancePath:instancePath+"/retainMs",schemaPath:"#/properties/retainMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 315360000000},message:"must be <= 315360000000"};
if(vErrors === null){
vErrors = [err186];
}
else {
vErrors.push(err186);
}
errors++;
}
if(data52 < 0 || isNaN(data52)){
const err187 = {instancePath:instancePath+"/retainMs",schemaPath:"#/properties/retainMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err187];
}
else {
vErrors.push(err187);
}
errors++;
}
}
}
if(data.workerPeriodMs !== undefined){
let data53 = data.workerPeriodMs;
if(!(((typeof data53 == "number") && (!(data53 % 1) && !isNaN(data53))) && (isFinite(data53)))){
const err188 = {instancePath:instancePath+"/workerPeriodMs",schemaPath:"#/properties/workerPeriodMs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err188];
}
else {
vErrors.push(err188);
}
errors++;
}
if((typeof data53 == "number") && (isFinite(data53))){
if(data53 > 3600000 || isNaN(data53)){
const err189 = {instancePath:instancePath+"/workerPeriodMs",schemaPath:"#/properties/workerPeriodMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 3600000},message:"must be <= 3600000"};
if(vErrors === null){
vErrors = [err189];
}
else {
vErrors.push(err189);
}
errors++;
}
if(data53 < 10 || isNaN(data53)){
const err190 = {instancePath:instancePath+"/workerPeriodMs",schemaPath:"#/properties/workerPeriodMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 10},message:"must be >= 10"};
if(vErrors === null){
vErrors = [err190];
}
else {
vErrors.push(err190);
}
errors++;
}
}
}
if(data.staleMs !== undefined){
let data54 = data.staleMs;
if(!(((typeof data54 == "number") && (!(data54 % 1) && !isNaN(data54))) && (isFinite(data54)))){
const err191 = {instancePath:instancePath+"/staleMs",schemaPath:"#/properties/staleMs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err191];
}
else {
vErrors.push(err191);
}
errors++;
}
if((typeof data54 == "number") && (isFinite(data54))){
if(data54 > 31536000000 || isNaN(data54)){
const err192 = {instancePath:instancePath+"/staleMs",schemaPath:"#/properties/staleMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 31536000000},message:"must be <= 31536000000"};
if(vErrors === null){
vErrors = [err192];
}
else {
vErrors.push(err192);
}
errors++;
}
if(data54 < 1000 || isNaN(data54)){
const err193 = {instancePath:instancePath+"/staleMs",schemaPath:"#/properties/staleMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1000},message:"must be >= 1000"};
if(vErrors === null){
vErrors = [err193];
}
else {
vErrors.push(err193);
}
errors++;
}
}
}
if(data.retryMaxMs !== undefined){
let data55 = data.retryMaxMs;
if(!(((typeof data55 == "number") && (!(data55 % 1) && !isNaN(data55))) && (isFinite(data55)))){
const err194 = {instancePath:instancePath+"/retryMaxMs",schemaPath:"#/properties/retryMaxMs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err194];
}
else {
vErrors.push(err194);
}
errors++;
}
if((typeof data55 == "number") && (isFinite(data55))){
if(data55 > 3600000 || isNaN(data55)){
const err195 = {instancePath:instancePath+"/retryMaxMs",schemaPath:"#/properties/retryMaxMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 3600000},message:"must be <= 3600000"};
if(vErrors === null){
vErrors = [err195];
}
else {
vErrors.push(err195);
}
errors++;
}
if(data55 < 100 || isNaN(data55)){
const err196 = {instancePath:instancePath+"/retryMaxMs",schemaPath:"#/properties/retryMaxMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 100},message:"must be >= 100"};
if(vErrors === null){
vErrors = [err196];
}
else {
vErrors.push(err196);
}
errors++;
}
}
}
if(data.parkedMax !== undefined){
let data56 = data.parkedMax;
if(!(((typeof data56 == "number") && (!(data56 % 1) && !isNaN(data56))) && (isFinite(data56)))){
const err197 = {instancePath:instancePath+"/parkedMax",schemaPath:"#/properties/parkedMax/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err197];
}
else {
vErrors.push(err197);
}
errors++;
}
if((typeof data56 == "number") && (isFinite(data56))){
if(data56 > 100000 || isNaN(data56)){
const err198 = {instancePath:instancePath+"/parkedMax",schemaPath:"#/properties/parkedMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000},message:"must be <= 100000"};
if(vErrors === null){
vErrors = [err198];
}
else {
vErrors.push(err198);
}
errors++;
}
if(data56 < 1 || isNaN(data56)){
const err199 = {instancePath:instancePath+"/parkedMax",schemaPath:"#/properties/parkedMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err199];
}
else {
vErrors.push(err199);
}
errors++;
}
}
}
if(data.setAsideMs !== undefined){
let data57 = data.setAsideMs;
if(!(((typeof data57 == "number") && (!(data57 % 1) && !isNaN(data57))) && (isFinite(data57)))){
const err200 = {instancePath:instancePath+"/setAsideMs",schemaPath:"#/properties/setAsideMs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err200];
}
else {
vErrors.push(err200);
}
errors++;
}
if((typeof data57 == "number") && (isFinite(data57))){
if(data57 > 31536000000 || isNaN(data57)){
const err201 = {instancePath:instancePath+"/setAsideMs",schemaPath:"#/properties/setAsideMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 31536000000},message:"must be <= 31536000000"};
if(vErrors === null){
vErrors = [err201];
}
else {
vErrors.push(err201);
}
errors++;
}
if(data57 < 0 || isNaN(data57)){
const err202 = {instancePath:instancePath+"/setAsideMs",schemaPath:"#/properties/setAsideMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err202];
}
else {
vErrors.push(err202);
}
errors++;
}
}
}
if(data.keyRetainMs !== undefined){
let data58 = data.keyRetainMs;
if(!(((typeof data58 == "number") && (!(data58 % 1) && !isNaN(data58))) && (isFinite(data58)))){
const err203 = {instancePath:instancePath+"/keyRetainMs",schemaPath:"#/properties/keyRetainMs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err203];
}
else {
vErrors.push(err203);
}
errors++;
}
if((typeof data58 == "number") && (isFinite(data58))){
if(data58 > 31536000000 || isNaN(data58)){
const err204 = {instancePath:instancePath+"/keyRetainMs",schemaPath:"#/properties/keyRetainMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 31536000000},message:"must be <= 31536000000"};
if(vErrors === null){
vErrors = [err204];
}
else {
vErrors.push(err204);
}
errors++;
}
if(data58 < 3600000 || isNaN(data58)){
const err205 = {instancePath:instancePath+"/keyRetainMs",schemaPath:"#/properties/keyRetainMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 3600000},message:"must be >= 3600000"};
if(vErrors === null){
vErrors = [err205];
}
else {
vErrors.push(err205);
}
errors++;
}
}
}
if(data.databasePoolMax !== undefined){
let data59 = data.databasePoolMax;
if(!(((typeof data59 == "number") && (!(data59 % 1) && !isNaN(data59))) && (isFinite(data59)))){
const err206 = {instancePath:instancePath+"/databasePoolMax",schemaPath:"#/properties/databasePoolMax/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err206];
}
else {
vErrors.push(err206);
}
errors++;
}
if((typeof data59 == "number") && (isFinite(data59))){
if(data59 > 100 || isNaN(data59)){
const err207 = {instancePath:instancePath+"/databasePoolMax",schemaPath:"#/properties/databasePoolMax/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100},message:"must be <= 100"};
if(vErrors === null){
vErrors = [err207];
}
else {
vErrors.push(err207);
}
errors++;
}
if(data59 < 2 || isNaN(data59)){
const err208 = {instancePath:instancePath+"/databasePoolMax",schemaPath:"#/properties/databasePoolMax/minimum",keyword:"minimum",params:{comparison: ">=", limit: 2},message:"must be >= 2"};
if(vErrors === null){
vErrors = [err208];
}
else {
vErrors.push(err208);
}
errors++;
}
}
}
if(data.databaseTimeoutMs !== undefined){
let data60 = data.databaseTimeoutMs;
if(!(((typeof data60 == "number") && (!(data60 % 1) && !isNaN(data60))) && (isFinite(data60)))){
const err209 = {instancePath:instancePath+"/databaseTimeoutMs",schemaPath:"#/properties/databaseTimeoutMs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err209];
}
else {
vErrors.push(err209);
}
errors++;
}
if((typeof data60 == "number") && (isFinite(data60))){
if(data60 > 600000 || isNaN(data60)){
const err210 = {instancePath:instancePath+"/databaseTimeoutMs",schemaPath:"#/properties/databaseTimeoutMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 600000},message:"must be <= 600000"};
if(vErrors === null){
vErrors = [err210];
}
else {
vErrors.push(err210);
}
errors++;
}
if(data60 < 1000 || isNaN(data60)){
const err211 = {instancePath:instancePath+"/databaseTimeoutMs",schemaPath:"#/properties/databaseTimeoutMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1000},message:"must be >= 1000"};
if(vErrors === null){
vErrors = [err211];
}
else {
vErrors.push(err211);
}
errors++;
}
}
}
if(data.databaseWaitMs !== undefined){
let data61 = data.databaseWaitMs;
if(!(((typeof data61 == "number") && (!(data61 % 1) && !isNaN(data61))) && (isFinite(data61)))){
const err212 = {instancePath:instancePath+"/databaseWaitMs",schemaPath:"#/properties/databaseWaitMs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err212];
}
else {
vErrors.push(err212);
}
errors++;
}
if((typeof data61 == "number") && (isFinite(data61))){
if(data61 > 600000 || isNaN(data61)){
const err213 = {instancePath:instancePath+"/databaseWaitMs",schemaPath:"#/properties/databaseWaitMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 600000},message:"must be <= 600000"};
if(vErrors === null){
vErrors = [err213];
}
else {
vErrors.push(err213);
}
errors++;
}
if(data61 < 0 || isNaN(data61)){
const err214 = {instancePath:instancePath+"/databaseWaitMs",schemaPath:"#/properties/databaseWaitMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err214];
}
else {
vErrors.push(err214);
}
errors++;
}
}
}
if(data.shutdownMs !== undefined){
let data62 = data.shutdownMs;
if(!(((typeof data62 == "number") && (!(data62 % 1) && !isNaN(data62))) && (isFinite(data62)))){
const err215 = {instancePath:instancePath+"/shutdownMs",schemaPath:"#/properties/shutdownMs/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err215];
}
else {
vErrors.push(err215);
}
errors++;
}
if((typeof data62 == "number") && (isFinite(data62))){
if(data62 > 600000 || isNaN(data62)){
const err216 = {instancePath:instancePath+"/shutdownMs",schemaPath:"#/properties/shutdownMs/maximum",keyword:"maximum",params:{comparison: "<=", limit: 600000},message:"must be <= 600000"};
if(vErrors === null){
vErrors = [err216];
}
else {
vErrors.push(err216);
}
errors++;
}
if(data62 < 100 || isNaN(data62)){
const err217 = {instancePath:instancePath+"/shutdownMs",schemaPath:"#/properties/shutdownMs/minimum",keyword:"minimum",params:{comparison: ">=", limit: 100},message:"must be >= 100"};
if(vErrors === null){
vErrors = [err217];
}
else {
vErrors.push(err217);
}
errors++;
}
}
}
if(data.logLevel !== undefined){
let data63 = data.logLevel;
if(typeof data63 !== "string"){
const err218 = {instancePath:instancePath+"/logLevel",schemaPath:"#/properties/logLevel/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err218];
}
else {
vErrors.push(err218);
}
errors++;
}
if(!(((((data63 === "debug") || (data63 === "info")) || (data63 === "warn")) || (data63 === "error")) || (data63 === "silent"))){
const err219 = {instancePath:instancePath+"/logLevel",schemaPath:"#/properties/logLevel/enum",keyword:"enum",params:{allowedValues: schema31.properties.logLevel.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err219];
}
else {
vErrors.push(err219);
}
errors++;
}
}
if(data.url !== undefined){
if(typeof data.url !== "string"){
const err220 = {instancePath:instancePath+"/url",schemaPath:"#/properties/url/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err220];
}
else {
vErrors.push(err220);
}
errors++;
}
}
if(data.key !== undefined){
let data65 = data.key;
if((typeof data65 !== "string") && (data65 !== null)){
const err221 = {instancePath:instancePath+"/key",schemaPath:"#/properties/key/type",keyword:"type",params:{type: schema31.properties.key.type},message:"must be string,null"};
if(vErrors === null){
vErrors = [err221];
}
else {
vErrors.push(err221);
}
errors++;
}
}
}
else {
const err222 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err222];
}
else {
vErrors.push(err222);
}
errors++;
}
validate20.errors = vErrors;
return errors === 0;
}
validate20.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

export const areSettings: Validator = validator0;
