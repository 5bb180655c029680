/** What often-used parameters of the server do. One a line: name, English, Chinese. The rest is described by its family. */
export const otherLines = `
max_connections|Greatest number of client connections.|客户端连接的最大数量。
max_wal_senders|Greatest number of processes that send redo; must be below max_connections.|发送重做的进程最大数量；必须小于 max_connections。
max_replication_slots|Greatest number of replication slots.|复制槽的最大数量。
max_prepared_transactions|Greatest number of prepared transactions; 0: none.|预备事务的最大数量；0 表示不允许。
max_process_memory|Memory that the server may use in all.|服务器可使用的内存总量。
max_files_per_process|Greatest number of open files of a process.|每个进程可打开文件的最大数量。
max_inner_tool_connections|Connections that are kept for tools.|为工具保留的连接数。
max_stack_depth|Greatest depth of the execution stack.|执行栈的最大深度。
max_locks_per_transaction|Object locks that a transaction holds on average.|每个事务平均持有的对象锁数量。
max_keep_log_seg|Redo segments that are kept for logical decoding at most.|为逻辑解码最多保留的重做段数。
max_size_for_xlog_prune|Redo above this size is removed although a standby is missing.|备节点离线时，超过此大小的重做会被清理。
max_standby_streaming_delay|How long a standby waits for queries before it replays what conflicts with them.|备节点回放与查询冲突时最多等待多久。
max_standby_archive_delay|The same for redo from the archive.|对来自归档的重做同样适用。
sysadmin_reserved_connections|Connections that are kept for administrators; below max_connections.|为管理员保留的连接；小于 max_connections。
shared_buffers|Memory for shared pages.|共享页面使用的内存。
segment_buffers|Memory for pages that hold the metadata of segments.|段页式元数据页面使用的内存。
cstore_buffers|Memory for column-store data.|列存数据使用的内存。
temp_buffers|Memory of a session for temporary tables.|会话用于临时表的内存。
wal_buffers|Memory for redo that is not written yet; 1GB with dorado.|尚未写出的重做使用的内存；dorado 模式为 1GB。
work_mem|Memory of one sort or hash before it goes to disk.|一次排序或哈希落盘前可使用的内存。
maintenance_work_mem|Memory of VACUUM, CREATE INDEX and the like.|VACUUM、CREATE INDEX 等使用的内存。
effective_cache_size|What the optimizer assumes is cached.|优化器假定的缓存大小。
bulk_write_ring_size|Memory of bulk loads.|批量导入使用的内存。
bulk_read_ring_size|Memory of large scans.|大表扫描使用的内存。
udf_memory_limit|Memory of a function in C that runs apart.|独立运行的 C 函数可使用的内存。
enable_huge_pages|Uses huge pages of the operating system.|使用操作系统的大页。
huge_page_size|Size of huge pages.|大页的大小。
data_directory|Folder of the data; overrides -D.|数据目录；覆盖 -D。
config_file|This file's own place; from the command line only.|本配置文件的位置；只能由命令行给出。
hba_file|Place of pg_hba.conf.|pg_hba.conf 的位置。
ident_file|Place of pg_ident.conf.|pg_ident.conf 的位置。
external_pid_file|A further file with the process id.|另外写入进程号的文件。
unix_socket_directory|Folder of the Unix socket.|Unix 套接字的目录。
unix_socket_group|Group of the Unix socket.|Unix 套接字的属组。
unix_socket_permissions|Permissions of the Unix socket.|Unix 套接字的权限。
local_bind_address|Address from which connections to other nodes are made.|连接其他节点时使用的本地地址。
authentication_timeout|How long a login may take.|登录最长时间。
session_timeout|An idle session ends after this time; 0: never.|空闲会话超过此时间即断开；0 表示永不。
idle_in_transaction_session_timeout|A session that idles in a transaction ends after this time.|事务中空闲的会话超过此时间即断开。
statement_timeout|A statement is cancelled after this time; 0: never.|语句超过此时间即取消；0 表示永不。
lockwait_timeout|A statement that waits for a lock longer fails.|等锁超过此时间的语句报错。
update_lockwait_timeout|The same for concurrent updates of a row.|并发更新同一行时同样适用。
deadlock_timeout|How long a lock is waited for before deadlocks are looked for.|等锁多久后检查死锁。
tcp_keepalives_idle|Idle time after which a connection is probed.|连接空闲多久后开始探测。
tcp_keepalives_interval|Time between two probes.|两次探测的间隔。
tcp_keepalives_count|Probes without answer after which a connection is lost.|多少次探测无应答即视为断开。
ssl|Encrypts connections of clients; hostssl lines need it.|加密客户端连接；hostssl 行需要它。
ssl_cert_file|The server's certificate.|服务器证书。
ssl_key_file|The server's private key.|服务器私钥。
ssl_ca_file|Certificates that clients' certificates are checked by.|校验客户端证书的 CA 证书。
ssl_crl_file|Certificates that are revoked.|已吊销证书的列表。
ssl_ciphers|Ciphers that are allowed.|允许的加密算法。
require_ssl|Refuses connections without SSL.|拒绝未加密的连接。
password_encryption_type|How passwords are kept: 0 MD5, 1 both, 2 SHA-256, 3 SM3. sha256 lines of pg_hba.conf need 1 or 2.|密码的保存方式：0 MD5，1 两者，2 SHA-256，3 SM3。pg_hba.conf 的 sha256 行需要 1 或 2。
password_policy|Checks how strong new passwords are.|检查新密码的复杂度。
failed_login_attempts|An account is locked after so many wrong passwords.|密码错误多少次后锁定账户。
password_lock_time|Days for which an account stays locked.|账户锁定的天数。
modify_initial_password|The initial user must change his password.|初始用户必须修改密码。
enableSeparationOfDuty|Separates administrators of the system, security and audit.|三权分立。
wal_level|How much redo tells: minimal, archive, hot_standby, logical.|重做的详细程度：minimal、archive、hot_standby、logical。
fsync|Waits until what is written has reached the disk. Off loses data in a crash.|等待写入真正落盘。关闭后崩溃会丢数据。
full_page_writes|Writes a whole page to redo at its first change after a checkpoint.|检查点后首次修改页面时把整页写入重做。
wal_sync_method|How redo is forced to disk.|把重做强制落盘的方式。
wal_log_hints|Writes hint bits to redo.|把提示位写入重做。
wal_keep_segments|Redo segments that are kept for standbys; 16 MB each, 1 GB with DSS.|为备节点保留的重做段数；每段 16 MB，使用 DSS 时 1 GB。
wal_receiver_timeout|A standby gives up a connection that is silent for this time.|备节点放弃静默超过此时间的连接。
wal_receiver_connect_timeout|How long a standby tries to connect.|备节点尝试连接的时间。
wal_receiver_connect_retries|How often a standby tries to connect.|备节点尝试连接的次数。
wal_receiver_status_interval|How often a standby reports what it has.|备节点报告进度的间隔。
wal_receiver_buffer_size|Memory of a standby for received redo.|备节点接收重做的缓冲区。
wal_sender_timeout|The primary gives up a standby that is silent for this time.|主节点放弃静默超过此时间的备节点。
wal_writer_delay|Pause of the redo writer.|重做写线程的间隔。
commit_delay|Waits before a commit, so that several are written at once.|提交前等待，以便多个提交一起写出。
commit_siblings|How many other transactions must run for commit_delay.|commit_delay 生效所需的并发事务数。
checkpoint_segments|Redo segments after which a checkpoint is made.|多少重做段后做检查点。
checkpoint_timeout|Time after which a checkpoint is made.|多久做一次检查点。
checkpoint_completion_target|Part of the time between checkpoints over which a checkpoint is spread.|检查点在间隔时间中分摊的比例。
checkpoint_warning|Warns when checkpoints come faster than this.|检查点快于此间隔时告警。
enable_incremental_checkpoint|Makes checkpoints bit by bit.|增量检查点。
incremental_checkpoint_timeout|Time between two incremental checkpoints.|增量检查点的间隔。
pagewriter_thread_num|Threads that write changed pages.|写脏页的线程数。
pagewriter_sleep|Pause of the page writers.|写脏页线程的间隔。
max_io_capacity|Bytes a second that are written in the background.|后台每秒写出的量。
dirty_page_percent_max|Part of the buffers that may be changed and unwritten.|缓冲区中脏页的最大比例。
archive_mode|Archives redo.|归档重做。
archive_command|Command that archives a redo segment.|归档一个重做段的命令。
archive_dest|Folder of the archive.|归档目录。
archive_timeout|A redo segment is closed after this time.|重做段超过此时间即切换。
hot_standby|Lets clients read on standbys.|允许在备节点上读。
hot_standby_feedback|Standbys tell the primary which rows their queries need.|备节点告诉主节点其查询需要的行。
recovery_time_target|Recovery time that the primary slows down for.|主节点为之限速的恢复时间目标。
recovery_min_apply_delay|A standby replays redo this much later.|备节点延迟回放的时间。
recovery_parallelism|Threads of redo in use (read only).|正在使用的回放线程数（只读）。
replication_type|1: one primary with several standbys; 0: with a secondary; 2: one standby.|1：一主多备；0：主备从；2：一主一备。
primary_slotname|Slot of this standby at the primary.|本备节点在主节点上的复制槽。
repl_uuid|Word that standbys must know when repl_auth_mode is uuid.|repl_auth_mode 为 uuid 时备节点须提供的标识。
repl_auth_mode|How standbys prove who they are.|备节点的认证方式。
available_zone|Zone of this node, for synchronous standbys by zone.|本节点所在的 AZ，用于按 AZ 同步。
keep_sync_window|How long the primary waits for a lost synchronous standby before it goes on alone.|同步备丢失后主节点等待多久再单独继续。
catchup2normal_wait_time|A standby that is nearly caught up counts as synchronous after this time.|备节点接近追平多久后视为同步。
sync_config_strategy|Which parameters a standby copies from the primary.|备节点从主节点同步哪些参数。
enable_stream_replication|Sends redo to standbys.|向备节点发送重做。
enable_mix_replication|Sends data pages besides redo.|除重做外还发送数据页。
enable_dcf|Paxos replication (DCF).|Paxos 复制（DCF）。
enable_thread_pool|Serves sessions by a pool of threads.|用线程池服务会话。
thread_pool_attr|Threads, groups and CPU binding of the pool.|线程池的线程数、组数和绑核。
log_destination|Where the log goes: stderr, csvlog, syslog, eventlog.|日志去向：stderr、csvlog、syslog、eventlog。
logging_collector|Collects the log in files.|把日志收集到文件。
log_directory|Folder of the log.|日志目录。
log_filename|Name of log files, with time patterns.|日志文件名，可含时间格式。
log_file_mode|Permissions of log files.|日志文件的权限。
log_truncate_on_rotation|Empties a log file that is used again.|重用日志文件时先清空。
log_rotation_age|A log file is closed after this time.|日志文件超过此时间即切换。
log_rotation_size|A log file is closed at this size.|日志文件超过此大小即切换。
log_min_messages|Least grave messages that are logged.|记录到日志的最低级别。
log_min_error_statement|Least grave errors whose statements are logged.|记录出错语句的最低级别。
log_min_duration_statement|Logs statements that take at least this time; -1: none.|记录执行时间不少于此值的语句；-1 表示不记录。
client_min_messages|Least grave messages that clients get.|发送给客户端的最低级别。
log_connections|Logs each connection.|记录每次连接。
log_disconnections|Logs the end of each connection.|记录每次断开。
log_duration|Logs how long each statement took.|记录每条语句的耗时。
log_hostname|Logs host names instead of addresses.|记录主机名而不是地址。
log_line_prefix|Beginning of each log line.|日志行的前缀。
log_lock_waits|Logs long waits for locks.|记录长时间等锁。
log_statement|Which statements are logged.|记录哪些语句。
log_temp_files|Logs temporary files above this size.|记录超过此大小的临时文件。
log_timezone|Time zone of the log.|日志的时区。
log_checkpoints|Logs each checkpoint.|记录每次检查点。
log_autovacuum_min_duration|Logs automatic vacuum that takes at least this time.|记录耗时不少于此值的自动清理。
logging_module|Modules whose debug messages are logged.|记录哪些模块的调试信息。
audit_enabled|Audits what happens.|打开审计。
audit_directory|Folder of audit files.|审计文件目录。
audit_space_limit|Space for audit files.|审计文件的空间上限。
audit_login_logout|Audits logins and logouts.|审计登录和登出。
autovacuum|Vacuums and analyzes tables by itself.|自动清理和分析表。
autovacuum_max_workers|Workers of automatic vacuum.|自动清理的工作线程数。
autovacuum_naptime|Pause between two runs of automatic vacuum.|两次自动清理之间的间隔。
autovacuum_mode|What it does: vacuum, analyze, both or nothing.|自动执行的内容：vacuum、analyze、两者或不执行。
shared_preload_libraries|Libraries that are loaded at start.|启动时加载的库。
local_preload_libraries|Libraries that are loaded into sessions.|会话加载的库。
dynamic_library_path|Where libraries are looked for.|查找库的路径。
search_path|Schemas in which names without a schema are looked for.|查找未限定名字的模式。
default_tablespace|Tablespace of new tables.|新表的表空间。
temp_tablespaces|Tablespaces of temporary tables; must be empty with ss_enable_dss.|临时表的表空间；使用 ss_enable_dss 时必须为空。
default_transaction_isolation|Isolation of new transactions.|新事务的隔离级别。
default_transaction_read_only|New transactions only read.|新事务只读。
DateStyle|How dates are shown and read.|日期的显示和读取方式。
TimeZone|Time zone of sessions.|会话的时区。
lc_messages|Language of messages.|消息的语言。
client_encoding|Encoding of clients; ignored in this file.|客户端编码；在本文件中被忽略。
sql_compatibility|Which database SQL behaves like; fixed at creation.|SQL 兼容的数据库；创建时确定。
behavior_compat_options|Switches of compatible behaviour, comma-separated.|兼容行为的开关，逗号分隔。
enable_bbox_dump|Dumps the memory after a crash.|崩溃后转储内存。
bbox_dump_path|Folder of dumps.|转储目录。
bbox_dump_count|How many dumps are kept.|保留的转储个数。
restart_after_crash|Restarts after a crash of a session.|会话崩溃后重启。
query_dop|Threads of a query.|一个查询使用的线程数。
enable_wdr_snapshot|Takes performance snapshots.|采集性能快照。
wdr_snapshot_interval|Minutes between performance snapshots.|性能快照的间隔（分钟）。
enable_asp|Samples active sessions.|采样活跃会话。
track_activities|Collects what sessions do.|收集会话正在执行的内容。
track_counts|Collects statistics of tables.|收集表的统计信息。
track_stmt_stat_level|Detail of statement statistics for all and for slow statements.|全量和慢语句统计的详细级别。
enable_stmt_track|Collects statistics of statements.|收集语句统计信息。
upgrade_mode|An upgrade is running: 0 none, 1 in place, 2 grey.|升级进行中：0 无，1 就地，2 灰度。
pgxc_node_name|Name of this node, given by gs_initdb --nodename.|本节点的名字，由 gs_initdb --nodename 给出。
vacuum_defer_cleanup_age|Transactions for which dead rows are kept.|死行延迟清理的事务数。
random_page_cost|Cost of a page that is read at random.|随机读一页的代价。
seq_page_cost|Cost of a page that is read in order.|顺序读一页的代价。
default_statistics_target|Detail of the optimizer's statistics.|优化器统计信息的详细程度。
enable_ustore|Allows Ustore tables.|允许 Ustore 表。
undo_zone_count|Undo zones; 0: no Ustore.|undo 区个数；0 表示没有 Ustore。
enable_default_ustore_table|New tables are Ustore tables.|新表默认为 Ustore。
dolphin_server_port|Port of the MySQL protocol (dolphin plugin).|MySQL 协议端口（dolphin 插件）。
enable_dolphin_proto|Speaks the MySQL protocol (dolphin plugin).|支持 MySQL 协议（dolphin 插件）。
enable_alarm|Sends alarms.|发送告警。
alarm_component|Program that sends alarms.|发送告警的程序。
alarm_report_interval|Time between equal alarms.|相同告警的间隔。
enable_cbm_tracking|Tracks changed blocks for incremental backups.|跟踪变化的块，供增量备份使用。
synchronize_seqscans|Lets parallel scans of a table run together.|让同一表的并发扫描同步进行。
enable_global_plancache|Shares query plans between sessions.|会话间共享查询计划。
enable_gtt_concurrent_truncate|Lets global temporary tables be truncated concurrently.|允许并发 truncate 全局临时表。
xloginsert_locks|Locks for inserting redo.|插入重做的锁个数。
advance_xlog_file_num|Redo files that are made in advance.|预先创建的重做文件个数。
wal_file_init_num|Redo files that are made at once.|一次创建的重做文件个数。
walsender_max_send_size|Greatest amount of redo that is sent at once.|一次发送的重做最大量。
time_to_target_rpo|Data loss in time that the primary slows down for, with archiving.|使用归档时主节点为之限速的数据丢失目标。
remote_read_mode|Reads damaged pages from the other node.|从另一节点读取损坏的页面。
numa_distribute_mode|Spreads memory and threads over NUMA nodes.|把内存和线程分布到各 NUMA 节点。
uwal_disk_size|Space of UWAL on disk, in bytes.|UWAL 的磁盘空间，单位字节。
enable_uwal|Writes redo to remote memory (UWAL).|把重做写入远端内存（UWAL）。
`;
