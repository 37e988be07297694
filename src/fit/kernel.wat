;; The inner loops of training (kernel.ts; plain-kernel.ts is the same in TypeScript, with the same bits), in 128-bit SIMD, on memory
;; shared by the training threads. Addresses, lengths and strides are in bytes. $row is the length of a row of hidden states in float32, a
;; multiple of 32; in float64 the row is twice as long.
;; `npm run reference` assembles it into kernel-wasm.ts.
(module
  (import "training" "memory" (memory 0 65536 shared))

  ;; C = A · B: $m rows of A and C, a multiple of 4; B is square; all rows are $row long.
  ;; 4 rows × 8 columns of C at a time: 8 sums stay in registers.
  (func (export "multiply") (param $a i32) (param $b i32) (param $c i32) (param $m i32) (param $row i32)
    (local $z i32) (local $end i32) (local $pb i32) (local $pc i32)
    (local $p0 i32) (local $p1 i32) (local $p2 i32) (local $p3 i32)
    (local $left v128) (local $right v128) (local $factor v128)
    (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)
    (local $s4 v128) (local $s5 v128) (local $s6 v128) (local $s7 v128)
    (loop $band
      (local.set $z (i32.const 0))
      (loop $tile
        (local.set $p0 (local.get $a))
        (local.set $p1 (i32.add (local.get $p0) (local.get $row)))
        (local.set $p2 (i32.add (local.get $p1) (local.get $row)))
        (local.set $p3 (i32.add (local.get $p2) (local.get $row)))
        (local.set $end (local.get $p1))
        (local.set $s0 (v128.const f32x4 0 0 0 0))
        (local.set $s1 (v128.const f32x4 0 0 0 0))
        (local.set $s2 (v128.const f32x4 0 0 0 0))
        (local.set $s3 (v128.const f32x4 0 0 0 0))
        (local.set $s4 (v128.const f32x4 0 0 0 0))
        (local.set $s5 (v128.const f32x4 0 0 0 0))
        (local.set $s6 (v128.const f32x4 0 0 0 0))
        (local.set $s7 (v128.const f32x4 0 0 0 0))
        (local.set $pb (i32.add (local.get $b) (local.get $z)))
        (loop $step
          (local.set $left (v128.load (local.get $pb)))
          (local.set $right (v128.load offset=16 (local.get $pb)))
          (local.set $pb (i32.add (local.get $pb) (local.get $row)))
          (local.set $factor (v128.load32_splat (local.get $p0)))
          (local.set $s0 (f32x4.add (local.get $s0) (f32x4.mul (local.get $factor) (local.get $left))))
          (local.set $s1 (f32x4.add (local.get $s1) (f32x4.mul (local.get $factor) (local.get $right))))
          (local.set $factor (v128.load32_splat (local.get $p1)))
          (local.set $s2 (f32x4.add (local.get $s2) (f32x4.mul (local.get $factor) (local.get $left))))
          (local.set $s3 (f32x4.add (local.get $s3) (f32x4.mul (local.get $factor) (local.get $right))))
          (local.set $factor (v128.load32_splat (local.get $p2)))
          (local.set $s4 (f32x4.add (local.get $s4) (f32x4.mul (local.get $factor) (local.get $left))))
          (local.set $s5 (f32x4.add (local.get $s5) (f32x4.mul (local.get $factor) (local.get $right))))
          (local.set $factor (v128.load32_splat (local.get $p3)))
          (local.set $s6 (f32x4.add (local.get $s6) (f32x4.mul (local.get $factor) (local.get $left))))
          (local.set $s7 (f32x4.add (local.get $s7) (f32x4.mul (local.get $factor) (local.get $right))))
          (local.set $p1 (i32.add (local.get $p1) (i32.const 4)))
          (local.set $p2 (i32.add (local.get $p2) (i32.const 4)))
          (local.set $p3 (i32.add (local.get $p3) (i32.const 4)))
          (br_if $step (i32.lt_u (local.tee $p0 (i32.add (local.get $p0) (i32.const 4))) (local.get $end))))
        (local.set $pc (i32.add (local.get $c) (local.get $z)))
        (v128.store (local.get $pc) (local.get $s0))
        (v128.store offset=16 (local.get $pc) (local.get $s1))
        (local.set $pc (i32.add (local.get $pc) (local.get $row)))
        (v128.store (local.get $pc) (local.get $s2))
        (v128.store offset=16 (local.get $pc) (local.get $s3))
        (local.set $pc (i32.add (local.get $pc) (local.get $row)))
        (v128.store (local.get $pc) (local.get $s4))
        (v128.store offset=16 (local.get $pc) (local.get $s5))
        (local.set $pc (i32.add (local.get $pc) (local.get $row)))
        (v128.store (local.get $pc) (local.get $s6))
        (v128.store offset=16 (local.get $pc) (local.get $s7))
        (local.set $z (i32.add (local.get $z) (i32.const 32)))
        (br_if $tile (i32.lt_u (local.get $z) (local.get $row))))
      (local.set $a (i32.add (local.get $a) (i32.shl (local.get $row) (i32.const 2))))
      (local.set $c (i32.add (local.get $c) (i32.shl (local.get $row) (i32.const 2))))
      (br_if $band (local.tee $m (i32.sub (local.get $m) (i32.const 4))))))

  ;; C = Aᵀ · B: A and B have $k rows, at least 1; C is square; all rows are $row long. Tiles as above.
  (func (export "multiplyTransposed") (param $a i32) (param $b i32) (param $c i32) (param $k i32) (param $row i32)
    (local $z i32) (local $end i32) (local $count i32) (local $pa i32) (local $pb i32) (local $pc i32)
    (local $left v128) (local $right v128) (local $factor v128)
    (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)
    (local $s4 v128) (local $s5 v128) (local $s6 v128) (local $s7 v128)
    (local.set $end (i32.add (local.get $a) (local.get $row)))
    (loop $band
      (local.set $z (i32.const 0))
      (loop $tile
        (local.set $pa (local.get $a))
        (local.set $count (local.get $k))
        (local.set $s0 (v128.const f32x4 0 0 0 0))
        (local.set $s1 (v128.const f32x4 0 0 0 0))
        (local.set $s2 (v128.const f32x4 0 0 0 0))
        (local.set $s3 (v128.const f32x4 0 0 0 0))
        (local.set $s4 (v128.const f32x4 0 0 0 0))
        (local.set $s5 (v128.const f32x4 0 0 0 0))
        (local.set $s6 (v128.const f32x4 0 0 0 0))
        (local.set $s7 (v128.const f32x4 0 0 0 0))
        (local.set $pb (i32.add (local.get $b) (local.get $z)))
        (loop $step
          (local.set $left (v128.load (local.get $pb)))
          (local.set $right (v128.load offset=16 (local.get $pb)))
          (local.set $pb (i32.add (local.get $pb) (local.get $row)))
          (local.set $factor (v128.load32_splat (local.get $pa)))
          (local.set $s0 (f32x4.add (local.get $s0) (f32x4.mul (local.get $factor) (local.get $left))))
          (local.set $s1 (f32x4.add (local.get $s1) (f32x4.mul (local.get $factor) (local.get $right))))
          (local.set $factor (v128.load32_splat offset=4 (local.get $pa)))
          (local.set $s2 (f32x4.add (local.get $s2) (f32x4.mul (local.get $factor) (local.get $left))))
          (local.set $s3 (f32x4.add (local.get $s3) (f32x4.mul (local.get $factor) (local.get $right))))
          (local.set $factor (v128.load32_splat offset=8 (local.get $pa)))
          (local.set $s4 (f32x4.add (local.get $s4) (f32x4.mul (local.get $factor) (local.get $left))))
          (local.set $s5 (f32x4.add (local.get $s5) (f32x4.mul (local.get $factor) (local.get $right))))
          (local.set $factor (v128.load32_splat offset=12 (local.get $pa)))
          (local.set $s6 (f32x4.add (local.get $s6) (f32x4.mul (local.get $factor) (local.get $left))))
          (local.set $s7 (f32x4.add (local.get $s7) (f32x4.mul (local.get $factor) (local.get $right))))
          (local.set $pa (i32.add (local.get $pa) (local.get $row)))
          (br_if $step (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
        (local.set $pc (i32.add (local.get $c) (local.get $z)))
        (v128.store (local.get $pc) (local.get $s0))
        (v128.store offset=16 (local.get $pc) (local.get $s1))
        (local.set $pc (i32.add (local.get $pc) (local.get $row)))
        (v128.store (local.get $pc) (local.get $s2))
        (v128.store offset=16 (local.get $pc) (local.get $s3))
        (local.set $pc (i32.add (local.get $pc) (local.get $row)))
        (v128.store (local.get $pc) (local.get $s4))
        (v128.store offset=16 (local.get $pc) (local.get $s5))
        (local.set $pc (i32.add (local.get $pc) (local.get $row)))
        (v128.store (local.get $pc) (local.get $s6))
        (v128.store offset=16 (local.get $pc) (local.get $s7))
        (local.set $z (i32.add (local.get $z) (i32.const 32)))
        (br_if $tile (i32.lt_u (local.get $z) (local.get $row))))
      (local.set $c (i32.add (local.get $c) (i32.shl (local.get $row) (i32.const 2))))
      (br_if $band (i32.lt_u (local.tee $a (i32.add (local.get $a) (i32.const 16))) (local.get $end)))))

  ;; $count rows in float64: row i = row index[i] of $table.
  (func (export "pick")
    (param $rows i32) (param $table i32) (param $index i32) (param $count i32) (param $row i32)
    (local $from i32) (local $end i32)
    (loop $next
      (local.set $from (i32.add (local.get $table) (i32.mul (i32.load (local.get $index)) (local.get $row))))
      (local.set $end (i32.add (local.get $from) (local.get $row)))
      (loop $two
        (v128.store (local.get $rows) (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $from))))
        (v128.store offset=16 (local.get $rows) (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $from))))
        (local.set $rows (i32.add (local.get $rows) (i32.const 32)))
        (br_if $two (i32.lt_u (local.tee $from (i32.add (local.get $from) (i32.const 16))) (local.get $end))))
      (local.set $index (i32.add (local.get $index) (i32.const 4)))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))

  ;; $count rows in float64: row i *= row index[i] of $table.
  (func (export "multiplyByPicked")
    (param $rows i32) (param $table i32) (param $index i32) (param $count i32) (param $row i32)
    (local $from i32) (local $end i32)
    (loop $next
      (local.set $from (i32.add (local.get $table) (i32.mul (i32.load (local.get $index)) (local.get $row))))
      (local.set $end (i32.add (local.get $from) (local.get $row)))
      (loop $two
        (v128.store (local.get $rows)
          (f64x2.mul
            (v128.load (local.get $rows))
            (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $from)))))
        (v128.store offset=16 (local.get $rows)
          (f64x2.mul
            (v128.load offset=16 (local.get $rows))
            (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $from)))))
        (local.set $rows (i32.add (local.get $rows) (i32.const 32)))
        (br_if $two (i32.lt_u (local.tee $from (i32.add (local.get $from) (i32.const 16))) (local.get $end))))
      (local.set $index (i32.add (local.get $index) (i32.const 4)))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))

  ;; Each of $count rows in float64, divided by its largest entry, becomes a row of $target. Entries below $least become 0.
  (func (export "scaleRows")
    (param $target i32) (param $rows i32) (param $greatest i32) (param $count i32) (param $row i32) (param $least f64)
    (local $at i32) (local $end i32) (local $most v128) (local $one f64) (local $factor v128) (local $value v128)
    (local.set $row (i32.shl (local.get $row) (i32.const 1)))
    (loop $next
      (local.set $end (i32.add (local.get $rows) (local.get $row)))
      (local.set $most (v128.const f64x2 0 0))
      (local.set $at (local.get $rows))
      (loop $two
        (local.set $most (f64x2.pmax (local.get $most) (v128.load (local.get $at))))
        (br_if $two (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $end))))
      (local.set $most
        (f64x2.pmax (local.get $most) (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $most) (local.get $most))))
      (local.set $one (f64x2.extract_lane 0 (local.get $most)))
      (f64.store (local.get $greatest) (local.get $one))
      (local.set $factor (f64x2.splat (f64.div (f64.const 1) (local.get $one))))
      (loop $two
        (local.set $value (f64x2.mul (v128.load (local.get $rows)) (local.get $factor)))
        (v128.store64_lane 0 (local.get $target)
          (f32x4.demote_f64x2_zero
            (v128.andnot (local.get $value) (f64x2.lt (local.get $value) (f64x2.splat (local.get $least))))))
        (local.set $target (i32.add (local.get $target) (i32.const 8)))
        (br_if $two (i32.lt_u (local.tee $rows (i32.add (local.get $rows) (i32.const 16))) (local.get $end))))
      (local.set $greatest (i32.add (local.get $greatest) (i32.const 8)))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))

  ;; Row index[i] of $target += row i of $source, for $count rows.
  (func (export "addRows")
    (param $target i32) (param $index i32) (param $source i32) (param $count i32) (param $row i32)
    (local $to i32) (local $end i32)
    (loop $next
      (local.set $to (i32.add (local.get $target) (i32.mul (i32.load (local.get $index)) (local.get $row))))
      (local.set $end (i32.add (local.get $source) (local.get $row)))
      (loop $four
        (v128.store (local.get $to) (f32x4.add (v128.load (local.get $to)) (v128.load (local.get $source))))
        (v128.store offset=16 (local.get $to)
          (f32x4.add (v128.load offset=16 (local.get $to)) (v128.load offset=16 (local.get $source))))
        (local.set $to (i32.add (local.get $to) (i32.const 32)))
        (br_if $four (i32.lt_u (local.tee $source (i32.add (local.get $source) (i32.const 32))) (local.get $end))))
      (local.set $index (i32.add (local.get $index) (i32.const 4)))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))

  ;; $target /= $by, except where $target is 0. $end: of $target.
  (func (export "divide") (param $target i32) (param $end i32) (param $by i32)
    (local $value v128)
    (loop $four
      (local.set $value (v128.load (local.get $target)))
      (v128.store (local.get $target)
        (v128.and
          (f32x4.div (local.get $value) (v128.load (local.get $by)))
          (f32x4.ne (local.get $value) (v128.const f32x4 0 0 0 0))))
      (local.set $by (i32.add (local.get $by) (i32.const 16)))
      (br_if $four (i32.lt_u (local.tee $target (i32.add (local.get $target) (i32.const 16))) (local.get $end)))))

  ;; $target *= $by. $end: of $target.
  (func (export "multiplyEach") (param $target i32) (param $end i32) (param $by i32)
    (loop $four
      (v128.store (local.get $target) (f32x4.mul (v128.load (local.get $target)) (v128.load (local.get $by))))
      (local.set $by (i32.add (local.get $by) (i32.const 16)))
      (br_if $four (i32.lt_u (local.tee $target (i32.add (local.get $target) (i32.const 16))) (local.get $end)))))

  ;; $target += $more. $end: of $target.
  (func (export "addEach") (param $target i32) (param $end i32) (param $more i32)
    (loop $four
      (v128.store (local.get $target) (f32x4.add (v128.load (local.get $target)) (v128.load (local.get $more))))
      (local.set $more (i32.add (local.get $more) (i32.const 16)))
      (br_if $four (i32.lt_u (local.tee $target (i32.add (local.get $target) (i32.const 16))) (local.get $end)))))

  ;; $average = $keep · $average + $gain · $sum, in float64. $end: of $average.
  (func (export "blend") (param $average i32) (param $end i32) (param $sum i32) (param $keep f64) (param $gain f64)
    (local $kept v128) (local $gained v128)
    (local.set $kept (f64x2.splat (local.get $keep)))
    (local.set $gained (f64x2.splat (local.get $gain)))
    (loop $two
      (v128.store64_lane 0 (local.get $average)
        (f32x4.demote_f64x2_zero
          (f64x2.add
            (f64x2.mul (local.get $kept) (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $average))))
            (f64x2.mul (local.get $gained) (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $sum)))))))
      (local.set $sum (i32.add (local.get $sum) (i32.const 8)))
      (br_if $two (i32.lt_u (local.tee $average (i32.add (local.get $average) (i32.const 8))) (local.get $end)))))

  ;; $average = $keep · $average + $gain · $factor · $sum, in float64. $end: of $average.
  (func (export "blendProduct")
    (param $average i32) (param $end i32) (param $factor i32) (param $sum i32) (param $keep f64) (param $gain f64)
    (local $kept v128) (local $gained v128)
    (local.set $kept (f64x2.splat (local.get $keep)))
    (local.set $gained (f64x2.splat (local.get $gain)))
    (loop $two
      (v128.store64_lane 0 (local.get $average)
        (f32x4.demote_f64x2_zero
          (f64x2.add
            (f64x2.mul (local.get $kept) (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $average))))
            (f64x2.mul
              (f64x2.mul (local.get $gained) (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $factor))))
              (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $sum)))))))
      (local.set $sum (i32.add (local.get $sum) (i32.const 8)))
      (local.set $factor (i32.add (local.get $factor) (i32.const 8)))
      (br_if $two (i32.lt_u (local.tee $average (i32.add (local.get $average) (i32.const 8))) (local.get $end)))))

  ;; $total, in float64 = the sum of $count rows.
  (func (export "sumRows") (param $total i32) (param $table i32) (param $count i32) (param $row i32)
    (local $end i32) (local $at i32) (local $left i32) (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)
    (local.set $end (i32.add (local.get $table) (local.get $row)))
    (loop $columns
      (local.set $s0 (v128.const f64x2 0 0))
      (local.set $s1 (v128.const f64x2 0 0))
      (local.set $s2 (v128.const f64x2 0 0))
      (local.set $s3 (v128.const f64x2 0 0))
      (local.set $at (local.get $table))
      (local.set $left (local.get $count))
      (loop $next
        (local.set $s0 (f64x2.add (local.get $s0) (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $at)))))
        (local.set $s1 (f64x2.add (local.get $s1) (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $at)))))
        (local.set $s2 (f64x2.add (local.get $s2) (f64x2.promote_low_f32x4 (v128.load64_zero offset=16 (local.get $at)))))
        (local.set $s3 (f64x2.add (local.get $s3) (f64x2.promote_low_f32x4 (v128.load64_zero offset=24 (local.get $at)))))
        (local.set $at (i32.add (local.get $at) (local.get $row)))
        (br_if $next (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (v128.store (local.get $total) (local.get $s0))
      (v128.store offset=16 (local.get $total) (local.get $s1))
      (v128.store offset=32 (local.get $total) (local.get $s2))
      (v128.store offset=48 (local.get $total) (local.get $s3))
      (local.set $total (i32.add (local.get $total) (i32.const 64)))
      (br_if $columns (i32.lt_u (local.tee $table (i32.add (local.get $table) (i32.const 32))) (local.get $end)))))

  ;; sums[i], in float64 = the sum of row i, in ascending order; four rows at a time, $count a multiple of 4.
  (func (export "sumEachRow") (param $sums i32) (param $table i32) (param $count i32) (param $row i32)
    (local $end i32) (local $second i32) (local $third i32) (local $fourth i32)
    (local $s0 f64) (local $s1 f64) (local $s2 f64) (local $s3 f64)
    (loop $next
      (local.set $s0 (f64.const 0))
      (local.set $s1 (f64.const 0))
      (local.set $s2 (f64.const 0))
      (local.set $s3 (f64.const 0))
      (local.set $end (i32.add (local.get $table) (local.get $row)))
      (local.set $second (local.get $end))
      (local.set $third (i32.add (local.get $second) (local.get $row)))
      (local.set $fourth (i32.add (local.get $third) (local.get $row)))
      (loop $one
        (local.set $s0 (f64.add (local.get $s0) (f64.promote_f32 (f32.load (local.get $table)))))
        (local.set $s1 (f64.add (local.get $s1) (f64.promote_f32 (f32.load (local.get $second)))))
        (local.set $s2 (f64.add (local.get $s2) (f64.promote_f32 (f32.load (local.get $third)))))
        (local.set $s3 (f64.add (local.get $s3) (f64.promote_f32 (f32.load (local.get $fourth)))))
        (local.set $second (i32.add (local.get $second) (i32.const 4)))
        (local.set $third (i32.add (local.get $third) (i32.const 4)))
        (local.set $fourth (i32.add (local.get $fourth) (i32.const 4)))
        (br_if $one (i32.lt_u (local.tee $table (i32.add (local.get $table) (i32.const 4))) (local.get $end))))
      (f64.store (local.get $sums) (local.get $s0))
      (f64.store offset=8 (local.get $sums) (local.get $s1))
      (f64.store offset=16 (local.get $sums) (local.get $s2))
      (f64.store offset=24 (local.get $sums) (local.get $s3))
      (local.set $sums (i32.add (local.get $sums) (i32.const 32)))
      (local.set $table (local.get $fourth))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 4))))))

  ;; One row: $target = ($source + $mass · $marginal) · $factor, in float64.
  (func (export "smoothRow")
    (param $target i32) (param $source i32) (param $marginal i32) (param $row i32) (param $mass f64) (param $factor f64)
    (local $end i32) (local $m v128) (local $f v128)
    (local.set $m (f64x2.splat (local.get $mass)))
    (local.set $f (f64x2.splat (local.get $factor)))
    (local.set $end (i32.add (local.get $target) (local.get $row)))
    (loop $two
      (v128.store64_lane 0 (local.get $target)
        (f32x4.demote_f64x2_zero
          (f64x2.mul
            (f64x2.add
              (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $source)))
              (f64x2.mul (local.get $m) (v128.load (local.get $marginal))))
            (local.get $f))))
      (local.set $source (i32.add (local.get $source) (i32.const 8)))
      (local.set $marginal (i32.add (local.get $marginal) (i32.const 16)))
      (br_if $two (i32.lt_u (local.tee $target (i32.add (local.get $target) (i32.const 8))) (local.get $end)))))

  ;; $target = the transpose of $source, both square; 4 × 4 entries at a time.
  (func (export "transpose") (param $target i32) (param $source i32) (param $row i32)
    (local $rows i32) (local $from i32) (local $to i32) (local $end i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $e v128) (local $f v128) (local $g v128) (local $h v128)
    (local.set $rows (local.get $row))
    (loop $band
      (local.set $end (i32.add (local.get $source) (local.get $row)))
      (local.set $to (local.get $target))
      (local.set $from (local.get $source))
      (loop $tile
        (local.set $a (v128.load (local.get $from)))
        (local.set $b (v128.load (i32.add (local.get $from) (local.get $row))))
        (local.set $c (v128.load (i32.add (local.get $from) (i32.shl (local.get $row) (i32.const 1)))))
        (local.set $d (v128.load (i32.add (local.get $from) (i32.mul (local.get $row) (i32.const 3)))))
        (local.set $e (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $a) (local.get $b)))
        (local.set $f (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $a) (local.get $b)))
        (local.set $g (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $c) (local.get $d)))
        (local.set $h (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $c) (local.get $d)))
        (v128.store (local.get $to)
          (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $e) (local.get $g)))
        (v128.store (i32.add (local.get $to) (local.get $row))
          (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $e) (local.get $g)))
        (v128.store (i32.add (local.get $to) (i32.shl (local.get $row) (i32.const 1)))
          (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $f) (local.get $h)))
        (v128.store (i32.add (local.get $to) (i32.mul (local.get $row) (i32.const 3)))
          (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $f) (local.get $h)))
        (local.set $to (i32.add (local.get $to) (i32.shl (local.get $row) (i32.const 2))))
        (br_if $tile (i32.lt_u (local.tee $from (i32.add (local.get $from) (i32.const 16))) (local.get $end))))
      (local.set $target (i32.add (local.get $target) (i32.const 16)))
      (local.set $source (i32.add (local.get $source) (i32.shl (local.get $row) (i32.const 2))))
      (br_if $band (local.tee $rows (i32.sub (local.get $rows) (i32.const 16))))))

  ;; One row: $target = $source + $more, in float64.
  (func (export "addConstant") (param $target i32) (param $source i32) (param $row i32) (param $more f64)
    (local $end i32) (local $m v128)
    (local.set $m (f64x2.splat (local.get $more)))
    (local.set $end (i32.add (local.get $target) (local.get $row)))
    (loop $two
      (v128.store64_lane 0 (local.get $target)
        (f32x4.demote_f64x2_zero
          (f64x2.add (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $source))) (local.get $m))))
      (local.set $source (i32.add (local.get $source) (i32.const 8)))
      (br_if $two (i32.lt_u (local.tee $target (i32.add (local.get $target) (i32.const 8))) (local.get $end)))))

  ;; One row in float64: $window += $sign · $source.
  (func (export "addSigned") (param $window i32) (param $source i32) (param $row i32) (param $sign f64)
    (local $end i32) (local $s v128)
    (local.set $s (f64x2.splat (local.get $sign)))
    (local.set $end (i32.add (local.get $source) (local.get $row)))
    (loop $two
      (v128.store (local.get $window)
        (f64x2.add
          (v128.load (local.get $window))
          (f64x2.mul (local.get $s) (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $source))))))
      (local.set $window (i32.add (local.get $window) (i32.const 16)))
      (br_if $two (i32.lt_u (local.tee $source (i32.add (local.get $source) (i32.const 8))) (local.get $end)))))

  ;; One row: $target += $factor · $window / $total in float64, where $window is above 0.
  (func (export "addShares")
    (param $target i32) (param $window i32) (param $total i32) (param $row i32) (param $factor f64)
    (local $end i32) (local $f v128) (local $w v128) (local $t v128)
    (local.set $f (f64x2.splat (local.get $factor)))
    (local.set $end (i32.add (local.get $target) (local.get $row)))
    (loop $two
      (local.set $w (v128.load (local.get $window)))
      (local.set $t (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $target))))
      (v128.store64_lane 0 (local.get $target)
        (f32x4.demote_f64x2_zero
          (v128.bitselect
            (f64x2.add
              (local.get $t)
              (f64x2.div (f64x2.mul (local.get $f) (local.get $w)) (v128.load (local.get $total))))
            (local.get $t)
            (f64x2.gt (local.get $w) (v128.const f64x2 0 0)))))
      (local.set $window (i32.add (local.get $window) (i32.const 16)))
      (local.set $total (i32.add (local.get $total) (i32.const 16)))
      (br_if $two (i32.lt_u (local.tee $target (i32.add (local.get $target) (i32.const 8))) (local.get $end)))))

  ;; $count rows of $table /= $total, in float64.
  (func (export "divideRows") (param $table i32) (param $total i32) (param $count i32) (param $row i32)
    (local $end i32) (local $by i32)
    (loop $next
      (local.set $end (i32.add (local.get $table) (local.get $row)))
      (local.set $by (local.get $total))
      (loop $two
        (v128.store64_lane 0 (local.get $table)
          (f32x4.demote_f64x2_zero
            (f64x2.div
              (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $table)))
              (v128.load (local.get $by)))))
        (local.set $by (i32.add (local.get $by) (i32.const 16)))
        (br_if $two (i32.lt_u (local.tee $table (i32.add (local.get $table) (i32.const 8))) (local.get $end))))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))))
