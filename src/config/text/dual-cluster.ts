/**
 * What the parameters of a pooled dual cluster do. One a line: name, English, Chinese, separated by `|`.
 * `N` stands for a number 1 … 8.
 */
export const dualClusterLines = `
xlog_file_path|The redo log that both clusters see: a LUN that the arrays replicate, or a plain file in a simulation. The production cluster copies its redo log there and the recovery cluster replays it. Setting it, even to '', switches the legacy dual-cluster mode on. gs_initdb -g creates the file and appends the line. Use a stable name, not /dev/sdX.|两个集群都能看到的重做日志：由磁阵复制的 LUN，模拟环境中是普通文件。生产集群把重做日志写入其中，容灾集群从中回放。只要设置（即使为 ''）就打开旧的双集群模式。gs_initdb -g 会创建该文件并追加这一行。请使用稳定的名字，不要用 /dev/sdX。
xlog_file_size|Size of the ring in xlog_file_path in plain bytes, without a unit. A multiple of the WAL segment: 1 GiB with DSS, 16 MiB otherwise; at least 128 MiB, not larger than the device, and the same on both sides.|xlog_file_path 环形区的大小，以字节为单位，不能带单位。必须是 WAL 段的整数倍：使用 DSS 时 1 GiB，否则 16 MiB；至少 128 MiB，不大于设备，且两端相同。
xlog_lock_file_path|The file whose lock makes a node the only writer of xlog_file_path. The same for all nodes of a cluster, another one for the other cluster, on an ordinary file system. Without it the server reserves the device by SCSI, with application_name as the key.|对该文件加锁的节点才是 xlog_file_path 的唯一写入者。同一集群所有节点相同，另一集群用另一个，放在普通文件系统上。不设置时服务器以 application_name 为键做 SCSI 预留。
cluster_run_mode|Whether this cluster is the production one (cluster_primary) or the recovery one (cluster_standby); the same on all nodes of a cluster, opposite in the other. Only 3.0.0 to 5.0.0 know it; later versions do not start with it and take gaussdb -z instead.|本集群是生产集群（cluster_primary）还是容灾集群（cluster_standby）；同一集群内相同，两集群相反。只有 3.0.0 到 5.0.0 认识它；以后的版本遇到它会启动失败，改用 gaussdb -z。
stream_cluster_run_mode|The same two roles for streaming disaster recovery between ordinary clusters (gs_sdr). Not used with pooled storage.|普通集群之间流式容灾（gs_sdr）的同样两种角色。资源池化不使用。
cross_cluster_replconninfoN|One node of the other cluster: localhost and localport are where this node listens, remotehost and remoteport are that node. Every node of one cluster needs an entry for every node of the other one, and they mirror each other. gs_ctl needs single quotes. The main standby walks the list until it finds the primary.|另一集群的一个节点：localhost、localport 是本节点监听的地址和端口，remotehost、remoteport 是对方节点。一个集群的每个节点都要为另一集群的每个节点配置一项，两边互为镜像。gs_ctl 要求用单引号。首备节点按列表依次查找主节点。
replconninfoN|A node of the same ordinary cluster, for streaming replication. Nodes of a pooled cluster share their files and need none.|同一普通集群中的另一个节点，用于流复制。资源池化集群的节点共享文件，不需要它。
application_name|Name by which the primary lists this node as a standby, and key of SCSI reservations. Different on every node of both clusters; gs_ctl needs single quotes. Each reload with it in the file logs a harmless error.|主节点用来标识该备节点的名字，也是 SCSI 预留的键。两个集群所有节点互不相同；gs_ctl 要求单引号。文件中有它时，每次 reload 都会记录一条无害的错误。
port|Port of clients. The server also takes the one above it (HA port) for replication and the tools, so ports of two nodes of a machine differ by two at least.|客户端端口。服务器还会占用加一的端口（HA 端口）供复制和工具使用，因此同一台机器上的端口至少相差 2。
listen_addresses|Addresses at which the server listens; '*' for all, localhost for this machine only. The localhost of replconninfo entries must be among them or is listened to in addition.|服务器监听的地址；'*' 表示全部，localhost 表示仅本机。replconninfo 中的 localhost 应在其中，否则会另外监听。
ha_module_debug|More messages of replication in the log. Off in every guide.|在日志中输出更多复制信息。所有指南都设为 off。
ss_enable_dss|Keeps the data on shared storage through DSS. Must be on or off together with ss_enable_dms; gs_ctl understands only the exact word on.|通过 DSS 把数据放在共享存储上。必须与 ss_enable_dms 同时打开或关闭；gs_ctl 只认得 on 这个写法。
ss_enable_dms|Lets the nodes of a cluster share their buffers through DMS. Must be on or off together with ss_enable_dss.|通过 DMS 让集群各节点共享缓冲区。必须与 ss_enable_dss 同时打开或关闭。
ss_instance_id|Number of this node in its cluster, 0 … 63, as given to gs_initdb -I. Must be listed in ss_interconnect_url; the numbers of the other cluster begin at 0 again.|本节点在集群中的编号，0 到 63，与 gs_initdb -I 相同。必须列在 ss_interconnect_url 中；另一集群重新从 0 开始。
ss_interconnect_url|All nodes of the cluster as id:address:port, where DMS listens. The same text on every node; IPv4 only.|集群所有节点的 DMS 监听地址，格式 id:地址:端口。每个节点文本相同；只支持 IPv4。
ss_interconnect_channel_count|Connections between two nodes for DMS. The same on all nodes, or the cluster does not come up.|DMS 在两个节点之间的连接数。所有节点必须相同，否则集群起不来。
ss_interconnect_type|How DMS talks: TCP or RDMA, in exactly this case. RDMA needs its own library and ss_rdma_work_config.|DMS 的通信方式：TCP 或 RDMA，区分大小写。RDMA 需要专门的库和 ss_rdma_work_config。
ss_dss_conn_path|Socket of this node's own dssserver: UDS: and an absolute path, usually UDS:$DSS_HOME/.dss_unix_d_socket written out.|本节点 dssserver 的套接字：UDS: 加绝对路径，通常是展开后的 UDS:$DSS_HOME/.dss_unix_d_socket。
ss_dss_vg_name|Volume group of the data, such as +data. Up to 5.1.0; later ss_dss_data_vg_name and ss_dss_xlog_vg_name.|数据所在的卷组，例如 +data。用到 5.1.0；以后改为 ss_dss_data_vg_name 和 ss_dss_xlog_vg_name。
ss_dss_data_vg_name|Volume group of the data, such as +data. It must be in dss_vg_conf.ini.|数据所在的卷组，例如 +data。必须在 dss_vg_conf.ini 中。
ss_dss_xlog_vg_name|Volume group of the redo log, such as +log. In a dual cluster with dorado mode it is the one that the array replicates.|重做日志所在的卷组，例如 +log。dorado 模式的双集群中，就是磁阵复制的那个卷组。
ss_disaster_mode|Kind of disaster recovery between two pooled clusters: single (none), dorado (the array replicates the xlog volume group), stream (over the network). The same on all nodes of both clusters; the role comes from gaussdb -z.|两个资源池化集群之间的容灾方式：single（无）、dorado（磁阵复制 xlog 卷组）、stream（通过网络）。两个集群所有节点相同；角色由 gaussdb -z 决定。
ss_enable_dorado|Switches dorado disaster recovery on, in 5.1.0 to 6.0.0. Not together with xlog_file_path or ss_stream_cluster. Later: ss_disaster_mode.|打开 dorado 容灾，用于 5.1.0 到 6.0.0。不能与 xlog_file_path 或 ss_stream_cluster 同时使用。以后用 ss_disaster_mode。
ss_stream_cluster|Switches streaming disaster recovery between pooled clusters on, in 6.0.0 only. Later: ss_disaster_mode.|打开资源池化集群之间的流式容灾，仅 6.0.0。以后用 ss_disaster_mode。
ss_enable_reform|Whether roles are decided by reform (with CM or its simulation). Off: fixed roles without CM. Gone in 6.0.0.|是否由 reform 决定角色（有 CM 或模拟 CM）。off：没有 CM，角色固定。6.0.0 起取消。
ss_enable_ssl|Encrypts DMS traffic when ssl is on too. The same on all nodes.|ssl 也打开时加密 DMS 通信。所有节点相同。
ss_enable_aio|Uses asynchronous I/O on shared storage.|在共享存储上使用异步 I/O。
ss_enable_catalog_centralized|Keeps the locks of catalogue pages at the primary.|系统表页面的锁集中在主节点。
ss_enable_verify_page|Compares pages that come from other nodes with those on disk.|校验来自其他节点的页面与磁盘上的页面。
ss_enable_scrlock|Takes DMS locks by RDMA (needs ss_interconnect_type RDMA).|通过 RDMA 获取 DMS 锁（需要 ss_interconnect_type 为 RDMA）。
ss_enable_scrlock_sleep_mode|Whether the lock threads sleep while they wait.|锁线程等待时是否休眠。
ss_scrlock_server_port|Port of the lock server; taken only with ss_enable_scrlock.|锁服务的端口；仅在 ss_enable_scrlock 打开时占用。
ss_scrlock_worker_count|Threads of the lock server.|锁服务的线程数。
ss_scrlock_worker_bind_core|CPU cores of the lock server's workers.|锁服务工作线程绑定的 CPU 核。
ss_scrlock_server_bind_core|CPU core of the lock server.|锁服务绑定的 CPU 核。
ss_enable_ondemand_recovery|Opens the cluster before all redo is replayed. Needs pooled mode and recovery_parse_workers above 1; not supported in a dual cluster.|在重做全部回放之前就开放集群。需要资源池化且 recovery_parse_workers 大于 1；双集群不支持。
ss_enable_ondemand_realtime_build|Standbys build the hash table of redo in advance. Needs ss_enable_ondemand_recovery.|备节点提前建立重做哈希表。需要 ss_enable_ondemand_recovery。
ss_ondemand_recovery_mem_size|Memory for on-demand recovery.|按需恢复使用的内存。
ss_enable_bcast_snapshot|The primary broadcasts its snapshots to the standbys.|主节点向备节点广播快照。
ss_enable_bcast_getoldestxmin|Standbys are asked by broadcast for the oldest transaction that they need.|以广播方式询问备节点所需的最老事务。
ss_enable_dynamic_trace|Traces DMS at run time.|运行时跟踪 DMS。
ss_enable_reform_trace|Traces reforms.|跟踪 reform 过程。
ss_enable_vtable|Uses DSS virtual tables.|使用 DSS 虚拟表。
ss_enable_distirbution_storage|Data on distributed storage instead of an array (the spelling is the server's).|数据在分布式存储上而不是磁阵上（拼写与服务器一致）。
ss_log_level|Bit mask of what DMS and DSS's client log, 0 … 887: 7 run log, 255 also debug. Much debug output can starve the message threads.|DMS 和 DSS 客户端日志的位掩码，0 到 887：7 为运行日志，255 还包括调试日志。调试日志过多会拖慢消息线程。
ss_log_max_file_size|Size at which a DMS log is closed. 100 files of 1 GB are 100 GB a node.|DMS 日志文件的大小上限。100 个 1 GB 的文件就是每节点 100 GB。
ss_log_backup_file_count|How many old DMS logs are kept.|保留的旧 DMS 日志个数。
ss_ock_log_path|Folder of the logs of the RDMA library.|RDMA 库的日志目录。
ss_rdma_work_config|First and last CPU core of the RDMA threads, as in "1 4".|RDMA 线程使用的首末 CPU 核，例如 "1 4"。
ss_parallel_thread_count|Threads that work on a reform.|处理 reform 的线程数。
ss_work_thread_count|Threads that work on DMS messages.|处理 DMS 消息的线程数。
ss_work_thread_pool_attr|Greatest number of DMS threads, 16 … 128; overrides ss_work_thread_count.|DMS 线程的最大数量，16 到 128；覆盖 ss_work_thread_count。
ss_recv_msg_pool_size|Memory for DMS messages. At least 32 MB from 7.0.0-RC1 on.|DMS 消息使用的内存。7.0.0-RC1 起至少 32 MB。
ss_txnstatus_cache_size|How many states of the primary's transactions a standby keeps: 0, or a multiple of 256 from 8192 on.|备节点缓存的主节点事务状态个数：0，或从 8192 起的 256 的倍数。
ss_htap_cluster_map|Nodes that hold column copies for analytics.|保存列存副本用于分析的节点。
ss_max_imcs_cache|Memory for column copies of shared tables.|共享表列存副本使用的内存。
ss_fi_packet_loss_entries|Fault injection for tests: messages to lose.|测试用故障注入：要丢弃的消息。
ss_fi_packet_loss_prob|Fault injection for tests: how often messages are lost, in percent.|测试用故障注入：消息丢失的概率，百分比。
ss_fi_net_latency_entries|Fault injection for tests: messages to delay.|测试用故障注入：要延迟的消息。
ss_fi_net_latency_ms|Fault injection for tests: delay of messages.|测试用故障注入：消息的延迟。
ss_fi_cpu_latency_entries|Fault injection for tests: places to slow down.|测试用故障注入：要变慢的位置。
ss_fi_cpu_latency_ms|Fault injection for tests: how long they are slowed down.|测试用故障注入：变慢的时长。
ss_fi_process_fault_entries|Fault injection for tests: places to end the process.|测试用故障注入：结束进程的位置。
ss_fi_process_fault_prob|Fault injection for tests: how often, in percent.|测试用故障注入：概率，百分比。
ss_fi_custom_fault_entries|Fault injection for tests: places of special faults.|测试用故障注入：特殊故障的位置。
ss_fi_custom_fault_param|Fault injection for tests: parameter of special faults.|测试用故障注入：特殊故障的参数。
enable_segment|Tables are kept in segments; shared storage needs it (create table … with (segment = on)).|表以段页式存放；共享存储需要它（create table … with (segment = on)）。
enable_double_write|Writes pages twice against torn pages. Off with DSS.|页面双写以防断裂。使用 DSS 时关闭。
comm_sctp_port|Port of the stream executor; taken only with DSS and the spq plugin.|流执行器的端口；仅在使用 DSS 和 spq 插件时占用。
comm_control_port|Control port of the stream executor; taken only with DSS and the spq plugin.|流执行器的控制端口；仅在使用 DSS 和 spq 插件时占用。
hadr_recovery_time_target|Recovery time that streaming disaster recovery aims at, in seconds; 0: none.|流式容灾的恢复时间目标（秒）；0 表示不限制。
hadr_recovery_point_target|Data loss in time that streaming disaster recovery aims at, in seconds; 0: none.|流式容灾的数据丢失目标（秒）；0 表示不限制。
hadr_super_user_record_path|File with the account of streaming disaster recovery.|流式容灾账户所在的文件。
hadr_max_size_for_xlog_receiver|Redo that a recovery cluster may be behind before the receiver slows down.|容灾集群落后多少重做量时接收端开始限速。
synchronous_standby_names|Standbys that the primary waits for. In a dual cluster the array makes redo durable, so replication shows Async.|主节点要等待的备节点。双集群由磁阵保证重做持久化，因此复制显示为 Async。
synchronous_commit|How far redo must have come before a commit is answered.|提交返回之前重做必须到达的位置。
most_available_sync|Does not wait for standbys that are gone.|备节点离线时不再等待。
recovery_parse_workers|Threads that read redo; above 1: extreme RTO.|解析重做的线程数；大于 1 即极致 RTO。
recovery_redo_workers|Threads that apply redo for each reader.|每个解析线程对应的回放线程数。
recovery_max_workers|Threads of parallel redo.|并行回放的线程数。
`;
