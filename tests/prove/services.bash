# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2016 # for the shell inside
#
# Services with real work, for tests/prove/run: which units of the guest "services" each
# enables, what else it sets up in a root file system, and the commands that have to succeed
# inside.  Each command is one line.

service_names() {
	printf '%s\n' mariadb postgresql redis postfix apache-php nginx-php bind unbound vsftpd chrony \
		sshd cron filecap
}

service_units() {
	case $1 in
	mariadb) echo mariadb.service ;;
	postgresql) echo 'postgresql.service postgresql@15-main.service' ;;
	redis) echo redis-server.service ;;
	postfix) echo 'postfix.service postfix@-.service' ;;
	apache-php) echo apache2.service ;;
	nginx-php) echo 'php8.2-fpm.service nginx.service' ;;
	bind) echo named.service ;;
	unbound) echo unbound.service ;;
	vsftpd) echo vsftpd.service ;;
	chrony) echo chrony.service ;;
	sshd) echo ssh.service ;;
	cron) echo cron.service ;;
	filecap) ;;
	esac
}

service_checks() {
	case $1 in
	mariadb) echo 'mariadb -e "create database if not exists t; create table if not exists t.x (i int); insert into t.x values (1); select count(*) from t.x"' ;;
	postgresql) echo 'cd / && runuser -u postgres -- psql -c "create table if not exists x (i int)" -c "insert into x values (1)" -c "checkpoint"' ;;
	redis) echo 'redis-cli set a b | grep -x OK && redis-cli save | grep -x OK' ;;
	postfix) echo 'n=m$$$(date +%N); echo $n | sendmail tester@localhost; for i in $(seq 60); do grep -qs $n /var/mail/tester && exit 0; sleep 0.1; done; exit 1' ;;
	apache-php | nginx-php) echo 'curl -fsS http://127.0.0.1/t.php | grep -x "42 www-data"' ;;
	bind | unbound) echo 'dig +short +tries=1 +time=3 @127.0.0.1 localhost A | grep -x 127.0.0.1' ;;
	vsftpd) echo 'f=$(mktemp) && curl -fsS -T $f ftp://tester:secret@127.0.0.1/up.txt && curl -fsS ftp://tester:secret@127.0.0.1/ | grep up.txt' ;;
	chrony) echo 'chronyc -n tracking && chronyc -n sources' ;;
	sshd) echo 'for i in 1 2 3; do ssh -tt -q -o BatchMode=yes -o StrictHostKeyChecking=no tester@127.0.0.1 "test -t 0 && tty && id -un" </dev/null | grep tester && exit 0; sleep 0.1; done; exit 1' ;;
	cron) echo 'for i in $(seq 60); do grep -qsx tester /home/tester/cron-ran && exit 0; sleep 0.1; done; exit 1' ;;
	filecap) echo 'runuser -u tester -- ping -c 1 -W 2 127.0.0.1' ;;
	esac
}

# service_prepare SERVICE ROOT
service_prepare() {
	local unit root=$2
	rm -f "$root"/etc/systemd/system/sockets.target.wants/mariadb*
	for unit in $(service_units "$1"); do
		case $unit in *@*) continue ;; esac
		ln -s "/lib/systemd/system/$unit" "$root/etc/systemd/system/multi-user.target.wants/$unit" || return 1
	done
	case $1 in
	apache-php | nginx-php) service_prepare_web "$1" "$root" ;;
	unbound) printf 'server:\n\tlocal-data: "localhost A 127.0.0.1"\n' >"$root/etc/unbound/unbound.conf.d/local.conf" ;;
	vsftpd)
		printf '%s\n' local_enable=YES write_enable=YES chroot_local_user=YES allow_writeable_chroot=YES \
			>>"$root/etc/vsftpd.conf" && echo tester:secret | chroot "$root" chpasswd
		;;
	chrony)
		# It keeps no time here: the clock is the host's.
		mkdir -p "$root/etc/systemd/system/chrony.service.d" &&
			printf '%s\n' '[Unit]' 'ConditionCapability=' '[Service]' 'ExecStart=' 'ExecStart=!/usr/sbin/chronyd -x -F 1' \
				>"$root/etc/systemd/system/chrony.service.d/override.conf"
		;;
	sshd)
		install -d -m 700 "$root/root/.ssh" && install -m 600 "$CT_CACHE/ssh/id_ed25519" "$root/root/.ssh/id_ed25519"
		;;
	cron)
		echo '@reboot id -un >/home/tester/cron-ran' >"$root/var/spool/cron/crontabs/tester" &&
			chroot "$root" sh -c 'chown tester:crontab /var/spool/cron/crontabs/tester && chmod 600 /var/spool/cron/crontabs/tester'
		;;
	esac
}

service_prepare_web() {
	local root=$2
	# shellcheck disable=SC2016 # PHP's own
	printf '%s\n' '<?php echo 6 * 7, " ", posix_getpwuid(posix_geteuid())["name"], "\n";' >"$root/var/www/html/t.php"
	[ "$1" = nginx-php ] || return 0
	rm -f "$root/etc/nginx/sites-enabled/default" # a link of the guest's, which leads to the host's /etc
	# shellcheck disable=SC2016 # nginx's own
	printf '%s\n' 'server {' 'listen 80 default_server;' 'root /var/www/html;' \
		'location ~ \.php$ { include snippets/fastcgi-php.conf; fastcgi_pass unix:/run/php/php8.2-fpm.sock; }' '}' \
		>"$root/etc/nginx/sites-enabled/default"
}
