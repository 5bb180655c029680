/** The usage text, shortened to what the lab knows. */
export const help = `gs_ctl is a utility to initialize, start, stop, or control an openGauss server.

Usage:
  gs_ctl start   [-w] [-t SECS] [-D DATADIR] [-s] [-l FILENAME] [-o "OPTIONS"] [-M SERVERMODE]
  gs_ctl restart [-w] [-t SECS] [-D DATADIR] [-s] [-m SHUTDOWN-MODE]
                 [-o "OPTIONS"]
  gs_ctl build   [-D DATADIR] [-b MODE] [-r SECS] [-C CONNECTOR] [-q] [-M SERVERMODE]
  gs_ctl stop    [-W] [-t SECS] [-D DATADIR] [-s] [-m SHUTDOWN-MODE]
  gs_ctl reload  [-D DATADIR] [-s]
  gs_ctl status  [-D DATADIR]
  gs_ctl failover               [-W] [-t SECS] [-D DATADIR] [-U USERNAME] [-P PASSWORD] [-T TERM]
  gs_ctl switchover             [-W] [-D DATADIR] [-m SWITCHOVER-MODE] [-U USERNAME] [-P PASSWORD] [-f]
  gs_ctl query   [-D DATADIR] [-U USERNAME] [-P PASSWORD] [-L lsn]
  gs_ctl notify   -M SERVERMODE [-D DATADIR] [-U USERNAME] [-P PASSWORD]
  gs_ctl querybuild   [-D DATADIR]

Common options:
  -D, --pgdata=DATADIR   location of the database storage area
  -t, --timeout=SECS     seconds to wait when using -w option
  -V, --version          output version information, then exit
  -w                     wait until operation completes
  -W                     do not wait until operation completes
  -M                     the database start as the appointed  mode
  -q                     do not start automatically after build finishing, needed start by caller
  -?, -h, --help             show this help, then exit
(The default is to wait for shutdown, start and restart.)

If the -D option is omitted, the environment variable PGDATA is used.

Report bugs to openGauss community by raising an issue.
`;
